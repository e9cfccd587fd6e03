// Where AWS is asked for credentials.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cloud/adapter.h"
#include "wire/url.h"

namespace fw::cloud::aws {

struct AwsPlaces {
  std::string region;  // of the token service, which signatures name
  wire::Url sts;
  wire::Url imds;                      // its origin; the paths are added
  std::optional<wire::Url> container;  // instead of what the environment says
  bool imds_v1_disabled = false;
  bool imds_disabled = false;  // for the default chain
  Surroundings surroundings;   // what the process was started with, in any case
};

using Places = std::shared_ptr<const AwsPlaces>;

// From the settings and, with `environment`, the SDKs' variables. Errors are the operator's.
Result<Places> read_places(const ProviderSettings& settings, const Surroundings& surroundings, bool environment);

// "https://sts.eu-west-1.amazonaws.com", or of the partition the region lies in.
std::string sts_origin(std::string_view region);

}  // namespace fw::cloud::aws
