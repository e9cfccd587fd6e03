#include "cloud/aws/sign_in_form.h"

#include <array>

#include <fmt/format.h>

#include "cloud/openai_http/request.h"
#include "cloud/token.h"

namespace fw::cloud::aws {
namespace {

using openai_http::wrong_setting;

constexpr std::string_view kForms =
    "default, container, imds, { profile: NAME }, { web_identity: ... } or { assume_role: ... }";

AwsForm of(AwsForm::Kind kind) {
  AwsForm form;
  form.kind = kind;
  return form;
}

Result<std::string> needed(const ProviderSettings& settings, const std::string& name) {
  const std::string* text = extra_setting(settings, name);
  if (text == nullptr || text->empty())
    return wrong_setting(settings, name, fmt::format("found no {}, expected it", name));
  return *text;
}

Result<std::string> role_arn(const ProviderSettings& settings, const std::string& name) {
  auto text = needed(settings, name);
  if (text && (!text->starts_with("arn:") || !is_token_text(*text)))
    return wrong_setting(settings, name, "found no ARN, expected one such as arn:aws:iam::123456789012:role/NAME");
  return text;
}

Result<AwsForm> read_word(const ProviderSettings& settings, const std::string& name) {
  const std::string& word = *extra_setting(settings, name);
  if (word == "default") return of(AwsForm::Kind::chain);
  if (word == "container") return of(AwsForm::Kind::container);
  if (word == "imds") return of(AwsForm::Kind::imds);
  return wrong_setting(settings, name, fmt::format("found another word, expected {}", kForms));
}

Result<AwsForm> read_web_identity(const ProviderSettings& settings, const std::string& name) {
  AwsForm form = of(AwsForm::Kind::web_identity);
  auto role = role_arn(settings, name + ".role_arn");
  if (!role) return std::unexpected(role.error());
  auto file = needed(settings, name + ".token_file");
  if (!file) return std::unexpected(file.error());
  form.role_arn = *std::move(role);
  form.token_file = *std::move(file);
  return form;
}

Result<AwsForm> read_assume_role(const ProviderSettings& settings, const std::string& name) {
  AwsForm form = of(AwsForm::Kind::assume_role);
  auto role = role_arn(settings, name + ".role_arn");
  if (!role) return std::unexpected(role.error());
  form.role_arn = *std::move(role);
  if (const std::string* id = extra_setting(settings, name + ".external_id")) form.external_id = *id;
  AwsForm from;
  if (holds(settings, name + ".from")) {
    auto read = read_aws_form(settings, name + ".from");
    if (!read) return read;
    from = *std::move(read);
  }
  form.from = std::make_shared<const AwsForm>(std::move(from));
  return form;
}

}  // namespace

bool holds(const ProviderSettings& settings, std::string_view name) {
  const auto found = settings.extra.lower_bound(std::string(name));
  if (found == settings.extra.end()) return false;
  if (found->first == name) return true;
  const auto below = settings.extra.lower_bound(std::string(name) + ".");
  return below != settings.extra.end() && below->first.starts_with(std::string(name) + ".");
}

Result<AwsForm> read_aws_form(const ProviderSettings& settings, const std::string& name) {
  const bool word = extra_setting(settings, name) != nullptr;
  const bool profile = holds(settings, name + ".profile");
  const bool web_identity = holds(settings, name + ".web_identity");
  const bool assume_role = holds(settings, name + ".assume_role");
  if (word + profile + web_identity + assume_role != 1)
    return wrong_setting(settings, name,
                         fmt::format("found {}, expected one of {}",
                                     word || profile || web_identity ? "two sign-ins at once" : "none", kForms));
  if (word) return read_word(settings, name);
  if (web_identity) return read_web_identity(settings, name + ".web_identity");
  if (assume_role) return read_assume_role(settings, name + ".assume_role");
  auto called = needed(settings, name + ".profile");
  if (!called) return std::unexpected(called.error());
  AwsForm form = of(AwsForm::Kind::profile);
  form.profile = *std::move(called);
  return form;
}

std::string describe(const AwsForm& form) {
  switch (form.kind) {
    case AwsForm::Kind::chain: return "AWS default chain";
    case AwsForm::Kind::container: return "AWS container credentials";
    case AwsForm::Kind::imds: return "AWS instance role (IMDSv2)";
    case AwsForm::Kind::profile: return fmt::format("AWS profile '{}'", form.profile);
    case AwsForm::Kind::web_identity: return fmt::format("AWS web identity for {}", form.role_arn);
    case AwsForm::Kind::assume_role:
      return fmt::format("AWS role {}, assumed by {}", form.role_arn, describe(*form.from));
  }
  return "";
}

bool is_default(const AwsForm& form) {
  return form.kind == AwsForm::Kind::assume_role ? is_default(*form.from) : form.kind == AwsForm::Kind::chain;
}

}  // namespace fw::cloud::aws
