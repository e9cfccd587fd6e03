// The steps of Google's sign-ins. Each gives a bearer token or an error that names the file or the
// endpoint and keeps its words.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "cloud/token.h"

namespace fw::cloud::google {

inline constexpr std::string_view kCloudScope = "https://www.googleapis.com/auth/cloud-platform";
inline constexpr std::array<std::string_view, 1> kTlsOnly{"googleapis.com"};

// AWS credentials of the environment, for tokens that AWS vouches for.
struct AwsEnvironment {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  std::string region;
};

// What the settings and the surroundings say, for all steps.
struct GoogleOptions {
  std::optional<wire::Url> token_url;  // instead of the file's
  std::optional<wire::Url> sts_url;    // instead of the file's
  wire::Url metadata_url;              // of the token
  AwsEnvironment aws;
  bool environment_first = false;  // before what a federation's file names; else only where it names nothing
};

// A credentials file that was read: a valid JSON object.
struct CredentialFile {
  std::string path;
  std::string json;
  WallTime read_at;
};

// Fails on what is no JSON object. `wanted`: for people, what should stand there.
Result<CredentialFile> credentials_in(const std::string& path, Reply content, std::string_view wanted);
Flow<CredentialFile> read_credentials(const std::string& path, std::string_view wanted);

// By the file's "type". Files and options must outlive the flow, here and below.
Flow<Credential> token_by_file(const GoogleOptions& options, const CredentialFile& file);
// A signed JWT traded for a token, or itself the token.
Flow<Credential> service_account_token(const GoogleOptions& options, const CredentialFile& file, bool self_signed);
Flow<Credential> federated_token(const GoogleOptions& options, const CredentialFile& file);
Flow<Credential> metadata_token(const GoogleOptions& options);

// What federation trades: a signed GetCallerIdentity request as `credential_source` describes it, as STS takes it.
Flow<std::string> aws_subject_token(const GoogleOptions& options, const CredentialFile& file);

// As service account `file.service_account_impersonation_url`, vouched for by `caller`.
Flow<Credential> impersonated_token(const CredentialFile& file, const Credential& caller);

// An error about a credentials file.
std::unexpected<Error> wrong_file(const CredentialFile& file, std::string_view what);
// A URL in a credentials file; `fallback` where it is missing and not empty itself.
Result<wire::Url> url_in(const CredentialFile& file, std::initializer_list<std::string_view> path,
                         std::string_view fallback = {});
// A member that must be there.
Result<std::string> text_in(const CredentialFile& file, std::initializer_list<std::string_view> path);

}  // namespace fw::cloud::google
