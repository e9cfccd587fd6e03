// The default chain: environment, profile, web identity, container, instance.
#pragma once

#include <optional>

#include "cloud/aws/aws_places.h"

namespace fw::cloud::aws {

// AWS_ACCESS_KEY_ID and what belongs to it; nothing where it is not set. Error: half a pair, or expired.
Result<std::optional<Credential>> environment_keys(const Surroundings& surroundings, WallTime now);

// The first source that is there. One that is there and fails ends the chain: another identity would be a surprise.
Flow<Credential> default_credentials(Places places, WallTime now);

}  // namespace fw::cloud::aws
