// What the commands about the offer book share.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "offer/book.h"

namespace fw::cli {

// Rows in the form that was asked for; the JSON is what `offers:` of the configuration reads.
std::string offers_text(const std::vector<const offer::Row*>& rows, Format format);

// The embedded book, or that of a configuration. Error: an exit status, after a complaint.
std::expected<std::shared_ptr<const offer::Book>, int> book_of(const std::string& config_path);

}  // namespace fw::cli
