// The token endpoints of the three clouds: each reads one request and answers it in its own words. Facts: the SDKs
// that speak to them (@azure/identity 4.13.1, @azure/msal-node 7.2.1, @smithy/credential-provider-imds 4.5.2,
// @aws-sdk/credential-provider-http 3.972.86, google-auth-library 10.9.1) and the clouds' documents.
#pragma once

#include <string>
#include <string_view>

#include "fake/manner.h"

namespace fw::fake {

// What these know without being told: AWS's own example credentials, and one application of Entra's.
inline constexpr std::string_view kAwsPair = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
inline constexpr std::string_view kEntraPair = "11111111-2222-3333-4444-555555555555:fake-entra-secret";
inline constexpr std::string_view kAwsRole = "arn:aws:iam::123456789012:role/fake-role";
inline constexpr std::string_view kContainerAuthorization = "fake-container-token";
inline constexpr std::string_view kIdentityHeader = "fake-identity-header";

using Issuer = Spoken (*)(const Shown& shown, IdMint& ids);

Spoken entra_token(const Shown& shown, IdMint& ids);           // client secret, client assertion
Spoken azure_instance_token(const Shown& shown, IdMint& ids);  // IMDS of a VM
Spoken azure_app_token(const Shown& shown, IdMint& ids);       // App Service, Container Apps
Spoken aws_sts(const Shown& shown, IdMint& ids);            // AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity
Spoken aws_session_token(const Shown& shown, IdMint& ids);  // IMDSv2, first step
Spoken aws_instance_role(const Shown& shown, IdMint& ids);  // IMDSv2, the other two
Spoken aws_container(const Shown& shown, IdMint& ids);      // ECS: no authorization asked for
Spoken aws_pod(const Shown& shown, IdMint& ids);            // EKS Pod Identity: with it
Spoken google_token(const Shown& shown, IdMint& ids);       // a service account's JWT
Spoken google_exchange(const Shown& shown, IdMint& ids);    // workload identity federation
Spoken google_account_token(const Shown& shown, IdMint& ids);  // generateAccessToken
Spoken google_metadata(const Shown& shown, IdMint& ids);       // of an instance

// {"error":…,"error_description":…}, as OAuth has it.
Spoken oauth_error(int status, std::string_view error, std::string_view description);
// <ErrorResponse>, as AWS's query services have it.
Spoken sts_error(int status, std::string_view code, std::string_view message);
// {"error":{"code","message","status"}}
Spoken google_error(int status, std::string_view word, std::string_view message, bool wrapped = false);
// Google's word for a status: "RESOURCE_EXHAUSTED".
std::string_view google_status(int status);

// The audience of a token for Azure OpenAI is one of these.
bool azure_audience(std::string_view audience);

}  // namespace fw::fake
