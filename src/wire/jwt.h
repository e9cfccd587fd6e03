// JSON Web Tokens as service accounts sign them (RFC 7519, RFC 7515 §3.1; RS256 of RFC 7518).
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace fw::wire {

// A private RSA key. Never printed.
class RsaKey {
 public:
  // PEM, PKCS#8 or PKCS#1, unencrypted, at least 2048 bits. The error says what was found; it does
  // not repeat the text.
  static std::expected<RsaKey, std::string> from_pem(std::string_view pem);
  // RSASSA-PKCS1-v1_5 with SHA-256; raw bytes.
  std::string sign_sha256(std::string_view text) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

// header.payload.signature; `key_id` empty: no kid. `claims` is a JSON object.
std::string sign_jwt(const RsaKey& key, std::string_view key_id, std::string_view claims);

// RFC 4648 §5, without padding.
std::string base64url(std::string_view bytes);

}  // namespace fw::wire
