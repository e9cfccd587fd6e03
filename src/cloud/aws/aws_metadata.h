// Credentials of what we run on: a container (ECS, EKS Pod Identity) or an instance (IMDS).
// Wire forms: @aws-sdk/credential-provider-http 3.972.86, @smithy/credential-provider-imds 4.5.2.
#pragma once

#include "cloud/aws/aws_places.h"

namespace fw::cloud::aws {

// True where the environment names a place to ask.
bool in_container(const Surroundings& surroundings);

// From Places::container, else where AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or …_FULL_URI says; the latter over plain
// http only on loopback and on the two hosts AWS names. The token's file is read anew each time.
Flow<Credential> container_credentials(Places places);

// IMDSv2; IMDSv1 where that is refused or silent and not disabled. Expired credentials are kept.
Flow<Credential> instance_credentials(Places places);

}  // namespace fw::cloud::aws
