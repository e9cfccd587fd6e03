#include "fake/minted.h"

#include <fmt/format.h>

#include <algorithm>

#include "fake/base64url.h"
#include "fake/time_text.h"
#include "wire/hash.h"
#include "wire/json.h"

namespace fw::fake {
namespace {

constexpr std::string_view kKey = "of the fake clouds; everybody may know it";
constexpr std::string_view kHead = R"({"typ":"JWT","alg":"HS256","kid":"fake"})";

std::string bytes(const wire::Sha256& h) { return {reinterpret_cast<const char*>(h.data()), h.size()}; }

}  // namespace

std::string second_text(std::int64_t seconds) {
  auto text = time_text({seconds * 1'000'000'000});
  return text.substr(0, text.size() - 5) + "Z";
}

std::string mint(const Claims& claims, IdMint& ids) {
  std::string payload;
  wire::JsonWriter w(payload);
  w.begin_object().member("iss", claims.issuer).member("aud", claims.audience).member("sub", claims.subject);
  w.member("iat", claims.issued_ns / 1'000'000'000).member("exp", claims.expires_s);
  w.member("iat_ns", claims.issued_ns).member("jti", ids.hex("", 16)).end_object();
  auto token = to_base64url(kHead) + "." + to_base64url(payload);
  token += "." + to_base64url(bytes(wire::hmac_sha256(kKey, token)));
  return token;
}

std::optional<Claims> read_minted(std::string_view token) {
  if (token.starts_with(kGoogleTokenPrefix)) token.remove_prefix(kGoogleTokenPrefix.size());
  const auto dot = token.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto text = token.substr(0, dot);
  if (token.substr(dot + 1) != to_base64url(bytes(wire::hmac_sha256(kKey, text)))) return std::nullopt;
  const auto payload = from_base64url(text.substr(std::min(text.size(), text.find('.') + 1)));
  if (!payload || wire::json_check(*payload, 4)) return std::nullopt;
  const auto said = [&payload](std::string_view key) {
    std::string plain;
    (void)wire::json_unescape(wire::json_text(wire::json_find(*payload, {key}).value_or("")), plain);
    return plain;
  };
  const auto number = [&payload](std::string_view key) {
    return wire::json_int(wire::json_find(*payload, {key}).value_or("")).value_or(0);
  };
  return Claims{said("iss"), said("aud"), said("sub"), number("iat_ns"), number("exp")};
}

std::string aws_secret_of(std::string_view key_id) {
  return wire::base64(bytes(wire::hmac_sha256(kKey, key_id))).substr(0, 40);
}

AwsKeys mint_aws_keys(std::string_view role, WallTime now, std::int64_t lasts_s, IdMint& ids) {
  AwsKeys keys;
  keys.id = ids.hex("ASIA", 16);
  std::ranges::transform(keys.id, keys.id.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  keys.secret = aws_secret_of(keys.id);
  const auto expires = now.seconds() + lasts_s;
  keys.token = mint({std::string(kAwsIssuer), keys.id, std::string(role), now.ns, expires}, ids);
  keys.expires = second_text(expires);
  return keys;
}

}  // namespace fw::fake
