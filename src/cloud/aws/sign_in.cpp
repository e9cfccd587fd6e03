#include "cloud/aws/sign_in.h"

#include <algorithm>

#include <fmt/format.h>

#include "cloud/aws/aws_chain.h"
#include "cloud/aws/aws_metadata.h"
#include "cloud/aws/aws_profile.h"
#include "cloud/aws/aws_sts.h"
#include "cloud/aws/sign_in_form.h"
#include "cloud/openai_http/request.h"
#include "cloud/token.h"

namespace fw::cloud::aws {
namespace {

using openai_http::wrong_setting;
using Made = Result<std::unique_ptr<const SignIn>>;

constexpr std::string_view kBearerVariable = "AWS_BEARER_TOKEN_BEDROCK";

Flow<Credential> at_once(Credential credential) { co_return credential; }

// What a config says in full: nothing to fetch, nothing to refresh.
class GivenSignIn final : public SignIn {
 public:
  GivenSignIn(Credential credential, std::string text) : credential_(std::move(credential)), text_(std::move(text)) {}
  Flow<Credential> fetch(WallTime) const override { return at_once(credential_); }
  std::string describe() const override { return text_; }

 private:
  Credential credential_;
  std::string text_;
};

using Form = std::shared_ptr<const AwsForm>;

Flow<Credential> keys_by(Places places, Form form, WallTime now);

Flow<Credential> by_role(Places places, Form form, WallTime now) {
  auto asking = keys_by(places, form->from, now);
  auto base = co_await asking;
  if (!base) co_return base;
  AwsRole role;
  role.arn = form->role_arn;
  role.external_id = form->external_id;
  auto assuming = assume_role(places, *std::move(base), std::move(role), now);
  co_return co_await assuming;
}

Flow<Credential> by_web_identity(Places places, Form form) {
  AwsRole role;
  role.arn = form->role_arn;
  return assume_role_with_web_identity(std::move(places), std::move(role), form->token_file);
}

Flow<Credential> keys_by(Places places, Form form, WallTime now) {
  switch (form->kind) {
    case AwsForm::Kind::chain: return default_credentials(std::move(places), now);
    case AwsForm::Kind::container: return container_credentials(std::move(places));
    case AwsForm::Kind::imds: return instance_credentials(std::move(places));
    case AwsForm::Kind::profile: return profile_credentials(std::move(places), form->profile, now);
    case AwsForm::Kind::web_identity: return by_web_identity(std::move(places), form);
    case AwsForm::Kind::assume_role: break;
  }
  return by_role(std::move(places), std::move(form), now);
}

class SourceSignIn final : public SignIn {
 public:
  SourceSignIn(Places places, Form form) : places_(std::move(places)), form_(std::move(form)) {}

  Flow<Credential> fetch(WallTime now) const override {
    if (form_->kind == AwsForm::Kind::chain)
      if (auto bearer = variable(places_->surroundings, kBearerVariable)) return by_bearer(*std::move(bearer));
    return keys_by(places_, form_, now);
  }
  std::string describe() const override { return aws::describe(*form_); }

 private:
  static Flow<Credential> by_bearer(std::string token) {
    if (!is_token_text(token))
      co_return std::unexpected(
          token_error(fmt::format("{}: found a key with other characters, expected visible ASCII", kBearerVariable)));
    Credential made;
    made.bearer = std::move(token);
    co_return made;
  }

  Places places_;
  Form form_;
};

// Turns whatever keys another way gives into a Bedrock API key.
class ShortTermSignIn final : public SignIn {
 public:
  ShortTermSignIn(std::shared_ptr<const SignIn> keys, std::string region)
      : keys_(std::move(keys)), region_(std::move(region)) {}

  Flow<Credential> fetch(WallTime now) const override { return minted(keys_, region_, now); }
  std::string describe() const override { return keys_->describe() + ", as a short-term Bedrock key"; }

 private:
  static Flow<Credential> minted(std::shared_ptr<const SignIn> from, std::string region, WallTime now) {
    auto asking = from->fetch(now);
    auto keys = co_await asking;
    if (!keys || !keys->bearer.empty()) co_return keys;
    co_return short_term_key(*keys, region, now);
  }

  std::shared_ptr<const SignIn> keys_;
  std::string region_;
};

bool may_stand_in_field(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

// Every text the config gives must be one; an empty variable of the environment would otherwise sign nothing.
Result<void> check_texts(const ProviderSettings& settings) {
  for (const Setting& setting : kAwsSettings) {
    const std::string* text = extra_setting(settings, setting.name);
    if (text == nullptr) continue;
    if (text->empty())
      return wrong_setting(settings, setting.name, "found an empty text, expected one or no such field");
    if (setting.secret && !may_stand_in_field(*text))
      return wrong_setting(settings, setting.name,
                           "expected visible ASCII without white space around it; does the file or variable it comes "
                           "from end in a line break?");
  }
  if (!may_stand_in_field(settings.api_key))
    return wrong_setting(settings, "auth.api_key",
                         "expected visible ASCII without white space around it; does the file or variable it comes "
                         "from end in a line break?");
  return {};
}

bool has_keys(const ProviderSettings& settings) {
  return holds(settings, "auth.access_key_id") || holds(settings, "auth.secret_access_key") ||
         holds(settings, "auth.session_token");
}

Made with_keys(const ProviderSettings& settings) {
  Credential given;
  for (const auto& [name, to] : {std::pair("auth.access_key_id", &given.access_key_id),
                                 std::pair("auth.secret_access_key", &given.secret_access_key)}) {
    const std::string* text = extra_setting(settings, name);
    if (text == nullptr)
      return wrong_setting(settings, name, "found half a pair, expected access_key_id and secret_access_key");
    *to = *text;
  }
  if (const std::string* token = extra_setting(settings, "auth.session_token")) given.session_token = *token;
  return std::make_unique<const GivenSignIn>(std::move(given), "AWS access key");
}

Made with_source(const ProviderSettings& settings, const Surroundings& surroundings) {
  auto form = read_aws_form(settings, "auth.aws");
  if (!form) return std::unexpected(form.error());
  auto places = read_places(settings, surroundings, is_default(*form));
  if (!places) return std::unexpected(places.error());
  return std::make_unique<const SourceSignIn>(*std::move(places), std::make_shared<const AwsForm>(*std::move(form)));
}

// True: a key is made. Error: another word, or an API key, which signs nothing.
Result<bool> makes_key(const ProviderSettings& settings) {
  constexpr std::string_view kSetting = "auth.sign_with";
  const std::string* word = extra_setting(settings, kSetting);
  if (word == nullptr) return false;
  if (*word != "signature" && *word != "short_term_key")
    return wrong_setting(settings, kSetting, "found another word, expected signature or short_term_key");
  if (!settings.api_key.empty())
    return wrong_setting(settings, kSetting, "found it beside api_key, which is sent as it is; expected one of them");
  return *word == "short_term_key";
}

}  // namespace

Result<std::unique_ptr<const SignIn>> aws_sign_in(const ProviderSettings& settings, const Surroundings& surroundings) {
  if (auto checked = check_texts(settings); !checked) return std::unexpected(checked.error());
  const bool api_key = !settings.api_key.empty();
  const bool keys = has_keys(settings);
  const bool source = holds(settings, "auth.aws");
  if (api_key + keys + source != 1)
    return wrong_setting(settings, "auth",
                         fmt::format("found {}, expected one of api_key, access_key_id with secret_access_key, or aws",
                                     api_key || keys || source ? "two sign-ins at once" : "no sign-in"));
  const auto minted = makes_key(settings);
  if (!minted) return std::unexpected(minted.error());
  if (api_key) {
    Credential given;
    given.bearer = settings.api_key;
    return std::make_unique<const GivenSignIn>(std::move(given), "Bedrock API key");
  }
  auto made = keys ? with_keys(settings) : with_source(settings, surroundings);
  if (!made || !*minted) return made;
  if (settings.region.empty())
    return wrong_setting(settings, "region", "found no region, expected the one the short-term key is for");
  return std::make_unique<const ShortTermSignIn>(*std::move(made), settings.region);
}

}  // namespace fw::cloud::aws
