// AWS's token service: roles for credentials, or for the token of another identity provider.
// Wire form: AWS STS API Reference, version 2011-06-15.
#pragma once

#include <string>

#include "cloud/aws/aws_places.h"

namespace fw::cloud::aws {

struct AwsRole {
  std::string arn;
  std::string external_id;               // empty: none
  std::string session_name = "fairway";  // as CloudTrail shows it
  int duration_s = 3600;
};

// AssumeRole, signed with `base`.
Flow<Credential> assume_role(Places places, Credential base, AwsRole role, WallTime now);

// AssumeRoleWithWebIdentity, unsigned; the file is read anew each time.
Flow<Credential> assume_role_with_web_identity(Places places, AwsRole role, std::string token_file);

}  // namespace fw::cloud::aws
