// Where Bedrock is and what is spoken there: dated tables, since AWS changes all of it. Code reads
// them and knows no region, suffix, prefix or model of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dialect/dialect.h"

namespace fw::cloud::bedrock {

// One engine, two doors (AWS user guide, "Endpoints").
enum class Host : std::uint8_t { runtime, mantle };
std::string_view name(Host host);
std::optional<Host> host_of(std::string_view word);

// The service a signature is for (@smithy/signature-v4 callers in openai 7.57.0 `bedrock/aws.ts`).
std::string_view signing_service(std::string_view host_word);

// "https://bedrock-runtime.us-east-1.amazonaws.com". Nothing: the host is not known to be in this
// region; a base_url of the operator's may still name it.
std::optional<std::string> default_url(Host host, std::string_view region);

// The regions mantle is known in, for messages: "us-east-1, us-east-2, …".
std::string mantle_regions();

// Lower-case letters, digits and hyphens between them, as all regions are written.
bool is_region(std::string_view text);

// What a host name of AWS's own says: bedrock-runtime.us-east-1.amazonaws.com and its FIPS, dual-stack
// and VPC endpoint forms. Nothing for any other name.
struct AwsHost {
  Host host;
  std::string_view region;
};
std::optional<AwsHost> read_aws_host(std::string_view name);

// The path before `/chat/completions` and `/responses`.
std::string_view openai_prefix(Host host, std::string_view model);

// The dialects in which a model is served there, the preferred one first; never empty.
std::span<const dialect::Dialect> dialects(Host host, std::string_view model);

}  // namespace fw::cloud::bedrock
