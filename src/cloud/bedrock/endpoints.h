// What is spoken where on Bedrock: dated tables, since AWS changes all of it. Code reads them and
// knows no prefix or model of its own.
#pragma once

#include <span>
#include <string_view>

#include "cloud/aws/bedrock_hosts.h"
#include "dialect/dialect.h"

namespace fw::cloud::bedrock {

using aws::Host;

// The path before `/chat/completions` and `/responses`.
std::string_view openai_prefix(Host host, std::string_view model);

// The dialects in which a model is served there, the preferred one first; never empty.
std::span<const dialect::Dialect> dialects(Host host, std::string_view model);

}  // namespace fw::cloud::bedrock
