// Signing in to AWS: keys, the sources of credentials the SDKs know, Bedrock API keys.
#pragma once

#include <array>

#include "cloud/adapter.h"
#include "cloud/aws/aws_sign.h"

namespace fw::cloud::aws {

// Beside "auth.api_key", a Bedrock API key.
inline constexpr std::array<Setting, 23> kAwsSettings{{
    {"auth.access_key_id", "an access key", false, true},
    {"auth.secret_access_key", "the secret of the access key", false, true},
    {"auth.session_token", "of temporary keys", false, true},
    {"auth.aws",
     "default: as the SDKs look for credentials (environment, shared files, web identity, container, "
     "instance); container: ECS or EKS Pod Identity; imds: the instance's role"},
    {"auth.aws.profile", "a profile of the shared config and credentials files"},
    {"auth.aws.web_identity.role_arn", "the role to assume with the token"},
    {"auth.aws.web_identity.token_file", "a file with another identity provider's token, read anew for each sign-in"},
    {"auth.aws.assume_role.role_arn", "the role to assume"},
    {"auth.aws.assume_role.external_id", "what the role's trust policy asks for"},
    {"auth.aws.assume_role.from", "whose credentials assume the role: again an aws form; default unless given"},
    {"auth.aws.assume_role.from.profile", "a profile of the shared config and credentials files"},
    {"auth.aws.assume_role.from.web_identity.role_arn", "the role to assume with the token"},
    {"auth.aws.assume_role.from.web_identity.token_file", "a file with another identity provider's token"},
    {"auth.aws.assume_role.from.assume_role.role_arn", "the role to assume on the way"},
    {"auth.aws.assume_role.from.assume_role.external_id", "what that role's trust policy asks for"},
    {"auth.aws.assume_role.from.assume_role.from", "default, container or imds; default unless given"},
    {"auth.aws.assume_role.from.assume_role.from.profile", "a profile of the shared config and credentials files"},
    {"auth.aws.assume_role.from.assume_role.from.web_identity.role_arn", "the role to assume with the token"},
    {"auth.aws.assume_role.from.assume_role.from.web_identity.token_file",
     "a file with another identity provider's token"},
    {"auth.sts_url", "AWS's token service; https://sts.REGION.amazonaws.com unless given", false, false,
     SettingKind::url},
    {"auth.imds_url", "the instance metadata service; http://169.254.169.254 unless given", false, false,
     SettingKind::url},
    {"auth.container_url", "the container's credentials endpoint, instead of what AWS_CONTAINER_CREDENTIALS_*_URI say",
     false, false, SettingKind::url},
    {"auth.sign_with",
     "signature (each request is signed, SigV4) or short_term_key (a Bedrock API key is made from the "
     "credentials every few hours, and no body is hashed); signature unless given"},
}};

// How a provider entry signs in. Errors are the operator's and name the setting: none, two at once, half a pair, an
// empty text, no URL. Container and profile forms look at the environment too: what they need stands nowhere else.
Result<std::unique_ptr<const SignIn>> aws_sign_in(const ProviderSettings& settings, const Surroundings& surroundings);

}  // namespace fw::cloud::aws
