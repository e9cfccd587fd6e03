// Lines of a configuration that may be shown to people: literal secrets are replaced by stars.
#pragma once

#include <string>
#include <string_view>

#include "config/document.h"

namespace fw::config {

// A copy of the text in which every value that was not read as something harmless is stars: the
// values of secret fields, of unknown keys and of anything misplaced. References (${env:X}) stay.
std::string masked(std::string_view text, const Node& root);

// Whether a text looks like a key, a token or a password of a generator: one of the usual beginnings, or long, without
// words and with digits among its letters. Such a text is not repeated to people wherever it was misplaced.
bool may_be_secret(std::string_view text);

// For a text that could not be parsed: one line, with what follows a word such as `key:` or
// `token:` as stars.
std::string masked_line(std::string_view line);

}  // namespace fw::config
