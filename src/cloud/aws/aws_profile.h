// The SDKs' shared files: profiles, roles by way of other profiles.
// Form: AWS SDKs and Tools Reference Guide, "Shared config and credentials files"; @smithy/core 3.41.0 parseIni.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cloud/aws/aws_places.h"

namespace fw::cloud::aws {

using AwsProfile = std::map<std::string, std::string, std::less<>>;  // names in lower case
using AwsProfiles = std::map<std::string, AwsProfile, std::less<>>;

// Profiles of both files by name; where both say something, the credentials file counts.
AwsProfiles read_profiles(std::string_view config_file, std::string_view credentials_file);

// The credentials of a profile. Error: there is none, or it says nothing that works without a person.
Flow<Credential> profile_credentials(Places places, std::string name, WallTime now);

// For the default chain: nothing where the profile (AWS_PROFILE, else "default") says no credentials. A profile that
// AWS_PROFILE names must be there.
Flow<std::optional<Credential>> default_profile(Places places, WallTime now);

}  // namespace fw::cloud::aws
