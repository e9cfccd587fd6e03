#include "fake/service_account.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "fake/base64url.h"
#include "fake/service_account_key.h"
#include "wire/json.h"

namespace fw::fake {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

EVP_PKEY* account_key() {
  static const Key key = [] {
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(
        BIO_new_mem_buf(kServiceAccountKey.data(), static_cast<int>(kServiceAccountKey.size())), BIO_free);
    return Key(PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  }();
  return key.get();
}

bool signed_by_account(std::string_view text, std::string_view signature) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, account_key()) != 1) return false;
  const auto raw = [](std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); };
  return EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(text), text.size()) == 1;
}

// The three parts, the first two decoded.
struct Parts {
  std::string head, payload;
  std::string_view text;  // what was signed
  std::string signature;
};

std::expected<Parts, JwtFault> take_apart(std::string_view token) {
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return std::unexpected(JwtFault::malformed);
  const auto head = from_base64url(token.substr(0, first));
  const auto payload = from_base64url(token.substr(first + 1, last - first - 1));
  const auto signature = from_base64url(token.substr(last + 1));
  if (!head || !payload || !signature || wire::json_check(*head, 4) || wire::json_check(*payload, 8))
    return std::unexpected(JwtFault::malformed);
  return Parts{*head, *payload, token.substr(0, last), *signature};
}

std::string said(std::string_view json, std::string_view key) {
  std::string plain;
  (void)wire::json_unescape(wire::json_text(wire::json_find(json, {key}).value_or("")), plain);
  return plain;
}

SignedJwt claims_of(std::string_view json) {
  const auto seconds = [json](std::string_view key) {
    return wire::json_int(wire::json_find(json, {key}).value_or("")).value_or(0);
  };
  return {said(json, "iss"), said(json, "sub"), said(json, "aud"), said(json, "scope"), seconds("iat"), seconds("exp")};
}

}  // namespace

std::string service_account_file(std::string_view project, std::string_view token_uri) {
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().member("type", "service_account").member("project_id", project);
  w.member("private_key_id", kServiceAccountKeyId).member("private_key", kServiceAccountKey);
  w.member("client_email", kServiceAccount).member("client_id", "100000000000000000001");
  w.member("auth_uri", "https://accounts.google.com/o/oauth2/auth").member("token_uri", token_uri);
  w.member("universe_domain", "googleapis.com").end_object();
  return out;
}

std::expected<SignedJwt, JwtFault> check_account_jwt(std::string_view token) {
  const auto parts = take_apart(token);
  if (!parts) return std::unexpected(parts.error());
  if (said(parts->head, "alg") != "RS256") return std::unexpected(JwtFault::signature);
  const auto key_id = said(parts->head, "kid");
  if (!key_id.empty() && key_id != kServiceAccountKeyId) return std::unexpected(JwtFault::signature);
  if (!signed_by_account(parts->text, parts->signature)) return std::unexpected(JwtFault::signature);
  return claims_of(parts->payload);
}

std::expected<SignedJwt, JwtFault> read_jwt(std::string_view token) {
  const auto parts = take_apart(token);
  if (!parts) return std::unexpected(parts.error());
  return claims_of(parts->payload);
}

}  // namespace fw::fake
