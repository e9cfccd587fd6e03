// Signing in to Azure without a key: Entra ID (client secret, workload identity) and managed identities.
// Wire forms: Microsoft identity platform "client credentials flow"; IMDS and App Service after msal-node
// 7.2.1 `src/client/ManagedIdentitySources`.
#pragma once

#include <array>

#include "cloud/adapter.h"

namespace fw::cloud::azure {

inline constexpr std::array<Setting, 12> kSignInSettings{{
    {"auth.entra",
     "default: what AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET or "
     "AZURE_FEDERATED_TOKEN_FILE say"},
    {"auth.entra.tenant_id", "the directory's id or one of its domains"},
    {"auth.entra.client_id", "the application's id"},
    {"auth.entra.client_secret", "a secret of the application", false, true},
    {"auth.entra.token_file",
     "workload identity instead of a secret: a file with the federated token, read anew "
     "for each sign-in"},
    {"auth.entra.scope", "what the token is for; https://ai.azure.com/.default unless given"},
    {"auth.managed_identity", "system: the identity of the machine, App Service or Container App we run on"},
    {"auth.managed_identity.client_id", "a user-assigned identity"},
    {"auth.managed_identity.scope", "what the token is for; https://ai.azure.com/.default unless given"},
    {"auth.authority", "Entra ID's host; https://login.microsoftonline.com unless given", false, false,
     SettingKind::url},
    {"auth.token_url", "the whole address of Entra ID's token endpoint, instead of authority and tenant", false, false,
     SettingKind::url},
    {"auth.metadata_url", "where managed identities are asked for", false, false, SettingKind::url},
}};

enum class Way : std::uint8_t { key, entra, managed_identity };

// How an entry signs in. Error: none or several.
Result<Way> way_of(const ProviderSettings& settings);

// Null for a key. Errors are the operator's: what is missing, empty or no URL. Surroundings that know no variables
// leave out what only the environment could say.
Result<std::unique_ptr<const SignIn>> make_sign_in(const ProviderSettings& settings, const Surroundings& surroundings);

}  // namespace fw::cloud::azure
