// The hosts of Amazon Bedrock: dated tables, since AWS changes all of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cloud/adapter.h"

namespace fw::cloud::aws {

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

// The origin that a provider entry's region and base_url name. Errors are the operator's: no region, one without
// such a host, a path, and where the host is AWS's own, plain http, another Region, another of the hosts.
Result<wire::Url> bedrock_url(const ProviderSettings& settings, Host host);

}  // namespace fw::cloud::aws
