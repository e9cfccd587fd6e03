#include "cloud/aws/aws_sts.h"

#include <array>

#include <fmt/format.h>

#include "cloud/aws/aws_answer.h"
#include "cloud/aws/aws_sign.h"
#include "cloud/aws/aws_xml.h"
#include "wire/json_write.h"

namespace fw::cloud::aws {
namespace {

constexpr std::string_view kVersion = "2011-06-15";
constexpr std::string_view kContentType = "application/x-www-form-urlencoded; charset=utf-8";

constexpr std::array<TokenHint, 7> kHints{{
    {"Signature expired", "is this machine's clock right?"},
    {"Signature not yet current", "is this machine's clock right?"},
    {"SignatureDoesNotMatch", "does the secret access key belong to the access key id?"},
    {"InvalidClientTokenId", "the access key id is unknown there, or switched off"},
    {"InvalidIdentityToken", "the role's trust policy names another issuer or audience"},
    {"AccessDenied", "the role's trust policy does not admit this caller, or an external id is missing"},
    {"RegionDisabledException", "switch the region on for the account, or set auth.sts_url"},
}};

// An error document in the shape that token_refused() reads; any other answer as it came.
Reply plain(const Reply& reply) {
  Reply out = reply;
  const auto leaves = read_xml(reply.body);
  if (!leaves) return out;
  out.body.clear();
  wire::JsonWriter(out.body)
      .begin_object()
      .member("error", xml_text(*leaves, "ErrorResponse/Error/Code"))
      .member("error_description", xml_text(*leaves, "ErrorResponse/Error/Message"))
      .end_object();
  return out;
}

Result<Credential> read_answer(const TokenSource& source, const Reply& reply, std::string_view action) {
  if (reply.status != 200) return std::unexpected(aws_refused(source, plain(reply), kHints));
  const auto leaves = read_xml(reply.body);
  const std::string root = fmt::format("{}Response", action);
  const bool begun = reply.body.contains("<" + root);
  if (!leaves || !begun)
    return std::unexpected(
        token_error(fmt::format("{} answered 200: found {}, expected an {} in XML{}", source.who,
                                begun ? "half of it" : shape_of(reply.body), root, skew_words(reply))));
  const auto text = [&](std::string_view name) {
    return xml_text(*leaves, fmt::format("{0}Response/{0}Result/Credentials/{1}", action, name));
  };
  return credential_of(source, reply,
                       {text("AccessKeyId"), text("SecretAccessKey"), text("SessionToken"), text("Expiration")});
}

std::string form_of(const AwsRole& role, std::string_view action) {
  std::string form;
  wire::append_form(form, "Action", action);
  wire::append_form(form, "Version", kVersion);
  wire::append_form(form, "RoleArn", role.arn);
  wire::append_form(form, "RoleSessionName", role.session_name);
  wire::append_form(form, "DurationSeconds", fmt::format("{}", role.duration_s));
  if (!role.external_id.empty()) wire::append_form(form, "ExternalId", role.external_id);
  return form;
}

Fetch post(const AwsPlaces& places, std::string form) {
  Fetch out;
  out.method = "POST";
  out.url = places.sts;
  if (out.url.path.empty()) out.url.path = "/";
  out.lines = fmt::format("Content-Type: {}\r\n", kContentType);
  out.body = std::move(form);
  return out;
}

}  // namespace

Flow<Credential> assume_role(Places places, Credential base, AwsRole role, WallTime now) {
  const TokenSource source{fmt::format("AWS STS (AssumeRole {})", role.arn),
                           {base.secret_access_key, base.session_token, role.external_id}};
  Fetch fetch = post(*places, form_of(role, "AssumeRole"));
  const std::string_view body = fetch.body;
  const std::string target = fetch.url.query.empty() ? fetch.url.path : fetch.url.path + "?" + fetch.url.query;
  const ToSign to_sign{"POST", target, kContentType, {&body, 1}, now};
  sign_aws(base, places->region, "sts", fetch.url.authority(), to_sign, fetch.lines);
  Ask question(std::move(fetch));
  const Reply reply = co_await question;
  co_return read_answer(source, reply, "AssumeRole");
}

Flow<Credential> assume_role_with_web_identity(Places places, AwsRole role, std::string token_file) {
  Ask file(ReadFile{token_file});
  const Reply content = co_await file;
  const std::string token = trimmed(content.body);
  if (content.status == 0 || !is_token_text(token))
    co_return std::unexpected(token_error(fmt::format("AWS web identity: {}: found {}, expected a file with a token",
                                                      token_file, content.status == 0 ? content.failure : "no token")));
  const TokenSource source{fmt::format("AWS STS (AssumeRoleWithWebIdentity {})", role.arn), {token}};
  std::string form = form_of(role, "AssumeRoleWithWebIdentity");
  wire::append_form(form, "WebIdentityToken", token);
  Ask question(post(*places, std::move(form)));
  const Reply reply = co_await question;
  co_return read_answer(source, reply, "AssumeRoleWithWebIdentity");
}

}  // namespace fw::cloud::aws
