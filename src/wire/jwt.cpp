#include "wire/jwt.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <climits>
#include <cstdlib>

#include <fmt/format.h>

#include "wire/hash.h"
#include "wire/json_write.h"

namespace fw::wire {
namespace {

constexpr int kBitsMin = 2048;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* ctx) const { EVP_MD_CTX_free(ctx); }
};

// Without it OpenSSL would ask at the terminal.
int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

}  // namespace

struct RsaKey::Impl {
  std::unique_ptr<EVP_PKEY, Free> key;
};

std::expected<RsaKey, std::string> RsaKey::from_pem(std::string_view pem) {
  if (pem.size() > INT_MAX) return std::unexpected("found a text that is too long, expected a private key as PEM");
  const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  bool encrypted = false;
  std::unique_ptr<EVP_PKEY, Free> key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, &encrypted)
                                          : nullptr);
  ERR_clear_error();
  if (encrypted) return std::unexpected("found an encrypted private key, expected one without a passphrase");
  if (!key) return std::unexpected("found no private key, expected PEM that begins with -----BEGIN PRIVATE KEY-----");
  if (EVP_PKEY_is_a(key.get(), "RSA") != 1) return std::unexpected("found a key of another kind, expected RSA");
  const int bits = EVP_PKEY_get_bits(key.get());
  if (bits < kBitsMin)
    return std::unexpected(fmt::format("found an RSA key of {} bits, expected at least {}", bits, kBitsMin));
  RsaKey out;
  out.impl_ = std::make_shared<const Impl>(Impl{std::move(key)});
  return out;
}

std::string RsaKey::sign_sha256(std::string_view text) const {
  const std::unique_ptr<EVP_MD_CTX, Free> ctx(EVP_MD_CTX_new());
  const auto* from = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  bool done = EVP_DigestSignInit_ex(ctx.get(), nullptr, "SHA256", nullptr, nullptr, impl_->key.get(), nullptr) == 1 &&
              EVP_DigestSign(ctx.get(), nullptr, &size, from, text.size()) == 1;
  std::string out(size, '\0');
  done = done && EVP_DigestSign(ctx.get(), reinterpret_cast<unsigned char*>(out.data()), &size, from, text.size()) == 1;
  if (!done) std::abort();  // the key was checked when it was read
  out.resize(size);
  return out;
}

std::string sign_jwt(const RsaKey& key, std::string_view key_id, std::string_view claims) {
  std::string header;
  JsonWriter writer(header);
  writer.begin_object().member("alg", "RS256").member("typ", "JWT");
  if (!key_id.empty()) writer.member("kid", key_id);
  writer.end_object();
  std::string out = base64url(header);
  out.append(".").append(base64url(claims));
  const std::string signature = key.sign_sha256(out);
  out.append(".").append(base64url(signature));
  return out;
}

std::string base64url(std::string_view bytes) {
  std::string out = base64(bytes);
  while (out.ends_with('=')) out.pop_back();
  for (char& c : out) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return out;
}

}  // namespace fw::wire
