// Signing in to Google Cloud: service account keys, the metadata server, workload identity federation and
// Application Default Credentials. Wire forms after google-auth-library 10.9.1 and AIP-4110 to 4117.
#pragma once

#include <array>

#include "cloud/adapter.h"

namespace fw::cloud::google {

inline constexpr std::array<Setting, 7> kGoogleSettings{{
    {"auth.service_account_file", "a service account's key, the JSON file as Google gave it"},
    {"auth.self_signed_jwt", "true: the key signs the bearer token itself, no token endpoint is asked"},
    {"auth.google",
     "default: as Google's libraries find credentials (GOOGLE_APPLICATION_CREDENTIALS, gcloud's "
     "file, the metadata server); metadata: the service account of the machine we run on"},
    {"auth.google.workload_identity_file",
     "workload identity federation: the JSON configuration of an external "
     "account"},
    {"auth.token_url", "where keys and refresh tokens are traded; the file's own unless given", false, false,
     SettingKind::url},
    {"auth.metadata_url", "the metadata server; http://metadata.google.internal unless given", false, false,
     SettingKind::url},
    {"auth.sts_url", "where federated tokens are traded; the file's own unless given", false, false, SettingKind::url},
}};

// Errors are the operator's: none or several ways to sign in, or what is wrong with one. Files are read
// for each token anew, so what is wrong with them only shows then.
Result<std::unique_ptr<const SignIn>> google_sign_in(const ProviderSettings& settings,
                                                     const Surroundings& surroundings);

}  // namespace fw::cloud::google
