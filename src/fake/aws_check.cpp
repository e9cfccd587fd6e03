#include "fake/aws_check.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "fake/aws_canonical.h"
#include "fake/percent.h"
#include "wire/hash.h"

namespace fw::fake {
namespace {

constexpr std::int64_t kLongestPresignS = 604'800;

// AK/20261122/us-east-1/bedrock/aws4_request
struct Scope {
  std::string_view key_id, date, region, service;
};

std::optional<Scope> read_scope(std::string_view credential) {
  std::string_view parts[5];
  for (auto& part : parts) {
    const auto slash = std::min(credential.find('/'), credential.size());
    part = credential.substr(0, slash);
    credential.remove_prefix(std::min(credential.size(), slash + 1));
  }
  if (parts[4] != "aws4_request" || !credential.empty() || parts[0].empty()) return std::nullopt;
  return Scope{parts[0], parts[1], parts[2], parts[3]};
}

// The value behind `name=` among parts that commas separate.
std::string_view part_of(std::string_view authorization, std::string_view name) {
  while (!authorization.empty()) {
    const auto end = std::min(authorization.find(','), authorization.size());
    auto part = authorization.substr(0, end);
    while (part.starts_with(' ')) part.remove_prefix(1);
    if (part.starts_with(name) && part.size() > name.size() && part[name.size()] == '=')
      return part.substr(name.size() + 1);
    authorization.remove_prefix(std::min(authorization.size(), end + 1));
  }
  return {};
}

// Seconds since 1970 of 20261122T000000Z.
std::optional<std::int64_t> read_time(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  const auto number = [text](std::size_t at, std::size_t n) {
    int value = -1;
    std::from_chars(text.data() + at, text.data() + at + n, value);
    return value;
  };
  tm t{};
  t.tm_year = number(0, 4) - 1900;
  t.tm_mon = number(4, 2) - 1;
  t.tm_mday = number(6, 2);
  t.tm_hour = number(9, 2);
  t.tm_min = number(11, 2);
  t.tm_sec = number(13, 2);
  return timegm(&t);
}

std::string time_words(std::int64_t seconds) {
  const time_t at = seconds;
  tm t{};
  gmtime_r(&at, &t);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min,
                     t.tm_sec);
}

Refusal mismatch(std::string message) { return aws_refusal(403, "InvalidSignatureException", std::move(message)); }
Refusal incomplete(std::string message) { return aws_refusal(403, "IncompleteSignatureException", std::move(message)); }

// The signature of a string under a secret and a scope.
std::string sign(const Scope& scope, std::string_view secret, std::string_view to_sign) {
  const auto text = [](const wire::Sha256& h) {
    return std::string(reinterpret_cast<const char*>(h.data()), h.size());
  };
  auto key = text(wire::hmac_sha256(fmt::format("AWS4{}", secret), scope.date));
  key = text(wire::hmac_sha256(key, scope.region));
  key = text(wire::hmac_sha256(key, scope.service));
  key = text(wire::hmac_sha256(key, "aws4_request"));
  return wire::hex(wire::hmac_sha256(key, to_sign));
}

std::string string_to_sign(const Scope& scope, std::string_view time, std::string_view canonical) {
  return fmt::format("{}\n{}\n{}/{}/{}/aws4_request\n{}", kAwsAlgorithm, time, scope.date, scope.region, scope.service,
                     wire::hex(wire::sha256(canonical)));
}

struct Signer {
  std::string secret;
  std::string session;
};

// Who holds this key: a pair that was given, or temporary credentials whose session token says so.
std::expected<Signer, Refusal> find_signer(std::string_view key_id, std::string_view session_token,
                                           const AwsRules& rules) {
  for (const auto& pair : rules.pairs)
    if (pair.size() > key_id.size() && pair.starts_with(key_id) && pair[key_id.size()] == ':' && session_token.empty())
      return Signer{pair.substr(key_id.size() + 1), {}};
  const auto invalid = [] {
    return aws_refusal(403, "UnrecognizedClientException", "The security token included in the request is invalid.");
  };
  if (session_token.empty()) return std::unexpected(invalid());
  const auto claims = read_minted(session_token);
  if (!claims || claims->issuer != kAwsIssuer || claims->audience != key_id) return std::unexpected(invalid());
  if (claims->expires_s * 1'000'000'000 <= rules.now.ns || claims->issued_ns <= rules.revoked_before.ns)
    return std::unexpected(
        aws_refusal(403, "ExpiredTokenException", "The security token included in the request is expired"));
  return Signer{aws_secret_of(key_id), claims->subject};
}

std::optional<Refusal> check_scope(const Scope& scope, std::string_view time, const AwsRules& rules) {
  if (time.substr(0, 8) != scope.date)
    return mismatch(fmt::format(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{}', from "
        "'{}'.",
        scope.date, time.substr(0, 8), time));
  if (!rules.region.empty() && scope.region != rules.region)
    return mismatch(fmt::format("Credential should be scoped to a valid region, not '{}'. ", scope.region));
  if (!rules.service.empty() && scope.service != rules.service)
    return mismatch(fmt::format("Credential should be scoped to correct service: '{}'. ", rules.service));
  return std::nullopt;
}

std::optional<Refusal> check_skew(std::string_view time, WallTime now) {
  const auto at = read_time(time);
  if (!at) return incomplete(fmt::format("Date must be in ISO-8601 'basic format'. Got '{}'.", time));
  const auto here = now.seconds();
  if (*at + kAwsSkewS < here)
    return mismatch(fmt::format("Signature expired: {} is now earlier than {} ({} - 5 min.)", time,
                                time_words(here - kAwsSkewS), time_words(here)));
  if (*at > here + kAwsSkewS)
    return mismatch(fmt::format("Signature not yet current: {} is still later than {} ({} + 5 min.)", time,
                                time_words(here + kAwsSkewS), time_words(here)));
  return std::nullopt;
}

// Host and all of x-amz-* must be signed; what is signed must be there.
std::optional<Refusal> check_signed_fields(const AwsRequest& request, const std::vector<std::string_view>& names) {
  const auto has = [&names](std::string_view name) { return std::ranges::find(names, name) != names.end(); };
  if (!has("host")) return mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  if (!std::ranges::is_sorted(names)) return mismatch("'SignedHeaders' must be sorted alphabetically.");
  for (const auto& f : request.fields) {
    const auto name = lower(f.name);
    if (name.starts_with("x-amz-") && !has(name))
      return mismatch(fmt::format("'{}' must be a 'SignedHeader' in the AWS Authorization.", name));
  }
  return std::nullopt;
}

}  // namespace

Refusal aws_refusal(int status, std::string_view exception, std::string message) {
  return {.why = Why::not_signed, .status = status, .message = std::move(message), .code = std::string(exception)};
}

std::string_view field_named(std::span<const wire::HeaderField> fields, std::string_view name) {
  const auto at =
      std::ranges::find_if(fields, [name](const auto& f) { return wire::equal_ignoring_case(f.name, name); });
  return at == fields.end() ? std::string_view() : at->value;
}

std::string_view signed_service(std::span<const wire::HeaderField> fields) {
  const auto authorization = field_named(fields, "authorization");
  if (!authorization.starts_with(kAwsAlgorithm)) return {};
  const auto scope = read_scope(part_of(authorization.substr(kAwsAlgorithm.size()), "Credential"));
  return scope ? scope->service : std::string_view();
}

std::expected<AwsCaller, Refusal> check_signature(const AwsRequest& request, const AwsRules& rules) {
  const auto authorization = field_named(request.fields, "authorization");
  if (!authorization.starts_with(kAwsAlgorithm))
    return std::unexpected(aws_refusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token"));
  const auto parts = authorization.substr(kAwsAlgorithm.size());
  const auto given = part_of(parts, "Signature");
  const auto credential = part_of(parts, "Credential");
  const auto signed_names = part_of(parts, "SignedHeaders");
  for (const auto& [name, value] :
       {std::pair{"Credential", credential}, std::pair{"Signature", given}, std::pair{"SignedHeaders", signed_names}})
    if (value.empty())
      return std::unexpected(incomplete(fmt::format("Authorization header requires '{}' parameter.", name)));
  const auto scope = read_scope(credential);
  if (!scope)
    return std::unexpected(
        incomplete("Credential must have exactly 5 slash-delimited elements, e.g. "
                   "keyid/date/region/service/term."));
  const auto time = field_named(request.fields, "x-amz-date");
  if (auto refusal = check_skew(time, rules.now)) return std::unexpected(std::move(*refusal));
  if (auto refusal = check_scope(*scope, time, rules)) return std::unexpected(std::move(*refusal));
  const auto names = split(signed_names, ';');
  if (auto refusal = check_signed_fields(request, names)) return std::unexpected(std::move(*refusal));
  const auto signer = find_signer(scope->key_id, field_named(request.fields, "x-amz-security-token"), rules);
  if (!signer) return std::unexpected(signer.error());
  const auto hash = wire::hex(wire::sha256(request.body));
  const auto said = field_named(request.fields, "x-amz-content-sha256");
  if (!said.empty() && said != hash)
    return std::unexpected(mismatch("The value passed in x-amz-content-sha256 does not match the body."));
  const auto canonical = canonical_request({request.method, request.path, request.query, request.fields, names, hash});
  if (sign(*scope, signer->secret, string_to_sign(*scope, time, canonical)) != given)
    return std::unexpected(mismatch(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details."));
  return AwsCaller{std::string(scope->key_id), std::string(scope->region), std::string(scope->service),
                   signer->session};
}

namespace {

Refusal bad_key() {
  return aws_refusal(403, "AccessDeniedException", "Authentication failed: Please make sure your API Key is valid.");
}

// The query of a presigned URL without its signature and without what was put behind it.
std::string without(std::string_view query, std::initializer_list<std::string_view> names) {
  std::string out;
  for (const auto pair : split(query, '&')) {
    const auto name = pair.substr(0, pair.find('='));
    if (std::ranges::find(names, name) != names.end()) continue;
    if (!out.empty()) out += '&';
    out += pair;
  }
  return out;
}

}  // namespace

std::expected<AwsCaller, Refusal> check_short_term_key(std::string_view key, const AwsRules& rules) {
  constexpr std::string_view kHost = "bedrock.amazonaws.com";
  if (!key.starts_with(kShortTermPrefix)) return std::unexpected(bad_key());
  const auto url = wire::base64_decode(key.substr(kShortTermPrefix.size()));
  if (!url || !url->starts_with(fmt::format("{}/?", kHost))) return std::unexpected(bad_key());
  const auto query = std::string_view(*url).substr(kHost.size() + 2);
  const auto value = [query](std::string_view name) { return form_value(query, name).value_or(""); };
  const auto credential = value("X-Amz-Credential");
  const auto scope = read_scope(credential);
  const auto time = value("X-Amz-Date");
  const auto at = read_time(time);
  std::int64_t lasts_s = 0;
  const auto expires = value("X-Amz-Expires");
  std::from_chars(expires.data(), expires.data() + expires.size(), lasts_s);
  if (!scope || !at || lasts_s < 1 || lasts_s > kLongestPresignS || value("Action") != "CallWithBearerToken" ||
      value("X-Amz-Algorithm") != kAwsAlgorithm || value("X-Amz-SignedHeaders") != "host" || value("Version") != "1")
    return std::unexpected(bad_key());
  if (rules.now.seconds() >= *at + lasts_s || *at > rules.now.seconds() + kAwsSkewS)
    return std::unexpected(aws_refusal(403, "AccessDeniedException", "Bearer Token has expired"));
  if (auto refusal = check_scope(*scope, time, {rules.region, "bedrock", {}, rules.now, {}}))
    return std::unexpected(std::move(*refusal));
  const auto signer = find_signer(scope->key_id, value("X-Amz-Security-Token"), rules);
  if (!signer) return std::unexpected(signer.error());
  const wire::HeaderField host{.name = "host", .value = kHost};
  const std::string_view names[] = {"host"};
  const auto plain = without(query, {"X-Amz-Signature", "Version"});
  const auto canonical =
      canonical_request({"POST", "/", plain, std::span(&host, 1), names, wire::hex(wire::sha256(""))});
  if (sign(*scope, signer->secret, string_to_sign(*scope, time, canonical)) != value("X-Amz-Signature"))
    return std::unexpected(bad_key());
  return AwsCaller{std::string(scope->key_id), std::string(scope->region), "bedrock", signer->session};
}

}  // namespace fw::fake
