#include "cloud/google/sign_in.h"

#include <algorithm>

#include <fmt/format.h>

#include "cloud/google/sign_in_flows.h"
#include "cloud/openai_http/request.h"

namespace fw::cloud::google {
namespace {

using openai_http::wrong_setting;
using Made = Result<std::unique_ptr<const SignIn>>;

constexpr std::string_view kMetadata = "http://metadata.google.internal";
constexpr std::string_view kMetadataRoot = "/computeMetadata/v1";
constexpr std::string_view kMetadataToken = "/instance/service-accounts/default/token";

class KeySignIn final : public SignIn {
 public:
  KeySignIn(GoogleOptions options, std::string path, bool self_signed)
      : options_(std::move(options)), path_(std::move(path)), self_signed_(self_signed) {}
  std::string describe() const override {
    return self_signed_ ? "Google service account (self-signed JWT)" : "Google service account (key file)";
  }
  Flow<Credential> fetch(WallTime) const override {
    auto reading = read_credentials(path_, "the JSON key of a service account");
    const auto file = co_await reading;
    if (!file) co_return std::unexpected(file.error());
    auto flow = service_account_token(options_, *file, self_signed_);
    auto made = co_await flow;
    co_return made;
  }

 private:
  GoogleOptions options_;
  std::string path_;
  bool self_signed_;
};

class FederatedSignIn final : public SignIn {
 public:
  FederatedSignIn(GoogleOptions options, std::string path) : options_(std::move(options)), path_(std::move(path)) {}
  std::string describe() const override { return "Google workload identity federation"; }
  Flow<Credential> fetch(WallTime) const override {
    auto reading = read_credentials(path_, "the JSON configuration of an external account");
    const auto file = co_await reading;
    if (!file) co_return std::unexpected(file.error());
    auto flow = federated_token(options_, *file);
    auto made = co_await flow;
    co_return made;
  }

 private:
  GoogleOptions options_;
  std::string path_;
};

class MetadataSignIn final : public SignIn {
 public:
  explicit MetadataSignIn(GoogleOptions options) : options_(std::move(options)) {}
  std::string describe() const override { return "Google metadata server"; }
  Flow<Credential> fetch(WallTime) const override { return metadata_token(options_); }

 private:
  GoogleOptions options_;
};

// Application Default Credentials (AIP-4110): the file that the environment names; gcloud's own; the machine.
class DefaultSignIn final : public SignIn {
 public:
  DefaultSignIn(GoogleOptions options, std::string named, std::string well_known)
      : options_(std::move(options)), named_(std::move(named)), well_known_(std::move(well_known)) {}
  std::string describe() const override { return "Google application default credentials"; }
  Flow<Credential> fetch(WallTime) const override {
    const std::string& path = named_.empty() ? well_known_ : named_;
    if (!path.empty()) {
      Ask question(ReadFile{path});
      Reply content = co_await question;
      // Only gcloud's file may be missing.
      if (content.status != 0 || !named_.empty()) {
        const auto file = credentials_in(path, std::move(content), "a JSON file of Google credentials");
        if (!file) co_return std::unexpected(file.error());
        auto flow = token_by_file(options_, *file);
        auto made = co_await flow;
        co_return made;
      }
    }
    auto asking = metadata_token(options_);
    auto made = co_await asking;
    if (!made) made.error().message += missing_file();
    co_return made;
  }

 private:
  std::string missing_file() const {
    if (well_known_.empty()) return "; and GOOGLE_APPLICATION_CREDENTIALS is not set";
    return fmt::format("; and GOOGLE_APPLICATION_CREDENTIALS is not set, and {} could not be read", well_known_);
  }

  GoogleOptions options_;
  std::string named_;
  std::string well_known_;
};

// The token's address on a metadata server given by its root or in full.
void complete_metadata(wire::Url& url) {
  if (url.path.empty()) url.path = kMetadataRoot;
  if (url.path.ends_with(kMetadataRoot)) url.path += kMetadataToken;
}

Result<GoogleOptions> options_of(const ProviderSettings& settings, const Surroundings* defaults) {
  GoogleOptions made;
  for (const auto& [name, to] :
       {std::pair{"auth.token_url", &made.token_url}, std::pair{"auth.sts_url", &made.sts_url}}) {
    const std::string* text = extra_setting(settings, name);
    if (!text) continue;
    auto url = token_url(settings, name, *text, kTlsOnly);
    if (!url) return std::unexpected(std::move(url.error()));
    *to = *std::move(url);
  }
  std::string metadata(kMetadata);
  if (defaults)
    if (const auto host = variable(*defaults, "GCE_METADATA_HOST")) metadata = "http://" + *host;
  if (const std::string* own = extra_setting(settings, "auth.metadata_url")) metadata = *own;
  auto url = token_url(settings, "auth.metadata_url", metadata, {});
  if (!url) return std::unexpected(std::move(url.error()));
  made.metadata_url = *std::move(url);
  complete_metadata(made.metadata_url);
  made.environment_first = defaults != nullptr;
  return made;
}

AwsEnvironment aws_of(const Surroundings& surroundings) {
  const auto read = [&](std::string_view name) { return variable(surroundings, name).value_or(""); };
  AwsEnvironment made{read("AWS_ACCESS_KEY_ID"), read("AWS_SECRET_ACCESS_KEY"), read("AWS_SESSION_TOKEN"),
                      read("AWS_REGION")};
  if (made.region.empty()) made.region = read("AWS_DEFAULT_REGION");
  return made;
}

// Where `gcloud auth application-default login` leaves its file.
std::string well_known_file(const Surroundings& surroundings) {
  constexpr std::string_view kName = "application_default_credentials.json";
  if (const auto folder = variable(surroundings, "CLOUDSDK_CONFIG")) return fmt::format("{}/{}", *folder, kName);
  if (const auto home = variable(surroundings, "HOME")) return fmt::format("{}/.config/gcloud/{}", *home, kName);
  return {};
}

Made with_key(const ProviderSettings& settings, const std::string& path) {
  if (path.empty()) return wrong_setting(settings, "auth.service_account_file", "found an empty path");
  const std::string* self = extra_setting(settings, "auth.self_signed_jwt");
  if (self && *self != "true" && *self != "false")
    return wrong_setting(settings, "auth.self_signed_jwt", "expected true or false");
  auto options = options_of(settings, nullptr);
  if (!options) return std::unexpected(std::move(options.error()));
  return std::make_unique<const KeySignIn>(*std::move(options), path, self && *self == "true");
}

Made with_federation(const ProviderSettings& settings, const Surroundings& surroundings, const std::string& path) {
  if (path.empty()) return wrong_setting(settings, "auth.google.workload_identity_file", "found an empty path");
  auto options = options_of(settings, nullptr);
  if (!options) return std::unexpected(std::move(options.error()));
  // Files of AWS need not name an address for everything: the environment fills what they leave open.
  options->aws = aws_of(surroundings);
  return std::make_unique<const FederatedSignIn>(*std::move(options), path);
}

Made of_the_place(const ProviderSettings& settings, const Surroundings& surroundings, const std::string& form) {
  const bool by_default = form == "default";
  if (!by_default && form != "metadata")
    return wrong_setting(settings, "auth.google",
                         fmt::format("found '{}', expected default, metadata or a mapping with "
                                     "workload_identity_file",
                                     form));
  auto options = options_of(settings, by_default ? &surroundings : nullptr);
  if (!options) return std::unexpected(std::move(options.error()));
  if (!by_default) return std::make_unique<const MetadataSignIn>(*std::move(options));
  options->aws = aws_of(surroundings);
  return std::make_unique<const DefaultSignIn>(*std::move(options),
                                               variable(surroundings, "GOOGLE_APPLICATION_CREDENTIALS").value_or(""),
                                               well_known_file(surroundings));
}

}  // namespace

Made google_sign_in(const ProviderSettings& settings, const Surroundings& surroundings) {
  const std::string* key = extra_setting(settings, "auth.service_account_file");
  const std::string* form = extra_setting(settings, "auth.google");
  const std::string* federation = extra_setting(settings, "auth.google.workload_identity_file");
  const auto ways =
      std::ranges::count_if(std::array{key, form, federation}, [](const auto* way) { return way != nullptr; });
  if (ways != 1)
    return wrong_setting(settings, "auth",
                         fmt::format("found {} ways to sign in, expected auth: {{ service_account_file: … }} or "
                                     "{{ google: default }}, {{ google: metadata }}, {{ google: {{ "
                                     "workload_identity_file: … }} }}",
                                     ways == 0 ? "no" : "several"));
  if (key) return with_key(settings, *key);
  if (extra_setting(settings, "auth.self_signed_jwt"))
    return wrong_setting(settings, "auth.self_signed_jwt", "found without a service_account_file, expected beside one");
  if (federation) return with_federation(settings, surroundings, *federation);
  return of_the_place(settings, surroundings, *form);
}

}  // namespace fw::cloud::google
