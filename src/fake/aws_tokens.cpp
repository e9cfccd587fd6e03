// Where AWS's temporary credentials come from: STS, the instance's metadata, a container's endpoint.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "fake/aws_check.h"
#include "fake/issuers.h"
#include "fake/minted.h"
#include "fake/percent.h"
#include "fake/service_account.h"
#include "wire/json_write.h"

namespace fw::fake {
namespace {

constexpr std::int64_t kLeastS = 900;
constexpr std::int64_t kMostS = 43'200;
constexpr std::int64_t kChainedMostS = 3'600;
constexpr std::int64_t kSessionTokenMostS = 21'600;
constexpr std::string_view kNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";
constexpr std::string_view kRoles = "/latest/meta-data/iam/security-credentials/";
constexpr std::string_view kXml = "text/xml";

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else
      out += c;
  }
  return out;
}

struct Assumed {
  std::string role, session;
  std::int64_t lasts_s = 0;
};

// What both ways to assume a role ask; the error is STS's answer.
std::expected<Assumed, Spoken> read_assume(const Shown& shown, bool chained) {
  const auto said = [&shown](std::string_view name) { return form_value(shown.body, name); };
  Assumed a{said("RoleArn").value_or(""), said("RoleSessionName").value_or(""), shown.standing.token_lifetime_s};
  if (!a.role.starts_with("arn:aws") || a.role.find(":role/") == std::string::npos)
    return std::unexpected(sts_error(400, "ValidationError", fmt::format("{} is invalid", a.role)));
  if (a.session.size() < 2 || a.session.size() > 64)
    return std::unexpected(
        sts_error(400, "ValidationError",
                  fmt::format("1 validation error detected: Value '{}' at 'roleSessionName' failed to satisfy "
                              "constraint: Member must have length greater than or equal to 2",
                              a.session)));
  if (a.role.find("denied") != std::string::npos)
    return std::unexpected(sts_error(
        403, "AccessDenied",
        fmt::format(
            "User: arn:aws:iam::123456789012:user/fake is not authorized to perform: sts:AssumeRole on resource: {}",
            a.role)));
  const auto duration = said("DurationSeconds");
  if (!duration) return a;
  std::int64_t asked = 0;
  std::from_chars(duration->data(), duration->data() + duration->size(), asked);
  if (asked < kLeastS || asked > kMostS)
    return std::unexpected(sts_error(400, "ValidationError",
                                     fmt::format("1 validation error detected: Value '{}' at 'durationSeconds' failed "
                                                 "to satisfy constraint: Member must have value between {} and {}",
                                                 *duration, kLeastS, kMostS)));
  if (chained && asked > kChainedMostS)
    return std::unexpected(
        sts_error(400, "ValidationError",
                  "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"));
  a.lasts_s = std::min(asked, a.lasts_s);
  return a;
}

Spoken assumed(std::string_view action, const Assumed& a, const Shown& shown, IdMint& ids) {
  const auto keys = mint_aws_keys(a.role, shown.now, a.lasts_s, ids);
  const auto name = a.role.substr(a.role.rfind('/') + 1);
  return {.body = fmt::format(
              R"(<{0}Response xmlns="{1}"><{0}Result><AssumedRoleUser><AssumedRoleId>AROAFAKE:{2}</AssumedRoleId>)"
              R"(<Arn>arn:aws:sts::123456789012:assumed-role/{3}/{2}</Arn></AssumedRoleUser><Credentials>)"
              R"(<AccessKeyId>{4}</AccessKeyId><SecretAccessKey>{5}</SecretAccessKey><SessionToken>{6}</SessionToken>)"
              R"(<Expiration>{7}</Expiration></Credentials></{0}Result><ResponseMetadata><RequestId>{8}</RequestId>)"
              R"(</ResponseMetadata></{0}Response>)",
              action, kNamespace, xml_escaped(a.session), xml_escaped(name), keys.id, xml_escaped(keys.secret),
              keys.token, keys.expires, ids.hex("", 32)),
          .content_type = kXml};
}

Spoken assume_role(const Shown& shown, const AwsCaller& caller, IdMint& ids) {
  const auto a = read_assume(shown, !caller.session.empty());
  if (!a) return a.error();
  if (a->role.ends_with("/needs-external-id") && form_value(shown.body, "ExternalId") != "fake-external-id")
    return sts_error(
        403, "AccessDenied",
        fmt::format(
            "User: arn:aws:iam::123456789012:user/fake is not authorized to perform: sts:AssumeRole on resource: {}",
            a->role));
  return assumed("AssumeRole", *a, shown, ids);
}

Spoken assume_with_web_identity(const Shown& shown, IdMint& ids) {
  const auto a = read_assume(shown, false);
  if (!a) return a.error();
  const auto token = read_jwt(form_value(shown.body, "WebIdentityToken").value_or(""));
  if (!token)
    return sts_error(400, "InvalidIdentityToken",
                     "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)");
  if (token->expires_s != 0 && token->expires_s <= shown.now.seconds())
    return sts_error(400, "ExpiredTokenException",
                     fmt::format("Token expired: current date/time {} must be before the expiration date/time {}",
                                 shown.now.seconds(), token->expires_s));
  return assumed("AssumeRoleWithWebIdentity", *a, shown, ids);
}

// {"Code":"Success",…} of the instance's metadata, or a container's shorter form.
Spoken credentials_json(const Shown& shown, IdMint& ids, bool instance) {
  const auto keys = mint_aws_keys(kAwsRole, shown.now, shown.standing.token_lifetime_s, ids);
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object();
  if (instance)
    w.member("Code", "Success").member("LastUpdated", second_text(shown.now.seconds())).member("Type", "AWS-HMAC");
  else
    w.member("RoleArn", kAwsRole);
  w.member("AccessKeyId", keys.id).member("SecretAccessKey", keys.secret).member("Token", keys.token);
  w.member("Expiration", keys.expires).end_object();
  return {.body = std::move(out)};
}

Spoken plain(int status, std::string body) {
  return {.status = status, .body = std::move(body), .content_type = "text/plain"};
}

}  // namespace

Spoken sts_error(int status, std::string_view code, std::string_view message) {
  return {.status = status,
          .body = fmt::format(R"(<ErrorResponse xmlns="{}"><Error><Type>{}</Type><Code>{}</Code><Message>{}</Message>)"
                              R"(</Error><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>)",
                              kNamespace, status < 500 ? "Sender" : "Receiver", code, xml_escaped(message)),
          .content_type = kXml};
}

Spoken aws_sts(const Shown& shown, IdMint& ids) {
  const auto action = form_value(shown.body, "Action").value_or("");
  if (form_value(shown.body, "Version") != "2011-06-15")
    return sts_error(400, "NoSuchVersion", "The requested version is not valid.");
  if (action == "AssumeRoleWithWebIdentity") return assume_with_web_identity(shown, ids);
  const AwsRules rules{.region = {},
                       .service = "sts",
                       .pairs = shown.options.keys,
                       .now = shown.now,
                       .revoked_before = shown.standing.revoked_before};
  const auto caller = check_signature(
      {shown.head.method_text, shown.head.path, shown.head.query, shown.head.fields, shown.body}, rules);
  if (!caller) {
    // Query services leave "Exception" out of their codes.
    auto code = caller.error().code;
    if (code.ends_with("Exception")) code.resize(code.size() - std::string_view("Exception").size());
    return sts_error(caller.error().status,
                     code == "UnrecognizedClient" ? "InvalidClientTokenId"
                     : code == "InvalidSignature" ? "SignatureDoesNotMatch"
                                                  : code,
                     caller.error().message);
  }
  if (action == "AssumeRole") return assume_role(shown, *caller, ids);
  if (action == "GetCallerIdentity")
    return {
        .body = fmt::format(
            R"(<GetCallerIdentityResponse xmlns="{}"><GetCallerIdentityResult><Arn>{}</Arn><UserId>{}</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>)",
            kNamespace, caller->session.empty() ? "arn:aws:iam::123456789012:user/fake" : caller->session,
            caller->access_key_id),
        .content_type = kXml};
  return sts_error(400, "InvalidAction", fmt::format("Could not find operation {} for version 2011-06-15", action));
}

Spoken aws_session_token(const Shown& shown, IdMint& ids) {
  const auto asked = field_named(shown.head.fields, "x-aws-ec2-metadata-token-ttl-seconds");
  std::int64_t lasts = 0;
  std::from_chars(asked.data(), asked.data() + asked.size(), lasts);
  if (lasts < 1 || lasts > kSessionTokenMostS) return plain(400, "");
  if (!field_named(shown.head.fields, "x-forwarded-for").empty()) return plain(403, "");
  auto answer =
      plain(200, mint({std::string(kAwsIssuer), "imds", "instance", shown.now.ns, shown.now.seconds() + lasts}, ids));
  add_line(answer.lines, "x-aws-ec2-metadata-token-ttl-seconds", lasts);
  return answer;
}

Spoken aws_instance_role(const Shown& shown, IdMint& ids) {
  const auto claims = read_minted(field_named(shown.head.fields, "x-aws-ec2-metadata-token"));
  if (!claims || claims->audience != "imds" || claims->expires_s <= shown.now.seconds() ||
      claims->issued_ns <= shown.standing.revoked_before.ns)
    return plain(401, "");
  const auto name = kAwsRole.substr(kAwsRole.rfind('/') + 1);
  const auto rest = shown.head.path.substr(std::min(kRoles.size(), shown.head.path.size()));
  if (rest.empty()) return plain(200, std::string(name));
  if (rest != name) return plain(404, "");
  return credentials_json(shown, ids, true);
}

Spoken aws_container(const Shown& shown, IdMint& ids) { return credentials_json(shown, ids, false); }

Spoken aws_pod(const Shown& shown, IdMint& ids) {
  const auto given = field_named(shown.head.fields, "authorization");
  if (given == kContainerAuthorization || read_jwt(given)) return credentials_json(shown, ids, false);
  return {.status = 401,
          .body = R"({"code":"AccessDeniedException","message":"The service account token is missing or wrong."})"};
}

}  // namespace fw::fake
