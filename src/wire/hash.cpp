#include "wire/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "wire/http1_bytes.h"

namespace fw::wire {
namespace {

struct Free {
  void operator()(EVP_MD* md) const { EVP_MD_free(md); }
  void operator()(EVP_MD_CTX* ctx) const { EVP_MD_CTX_free(ctx); }
};

// Fetched once: an implicit fetch costs more than the hash of a key does.
const EVP_MD* sha256_method() {
  static const std::unique_ptr<EVP_MD, Free> method(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  return method.get();
}

std::string_view view(const Sha256& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }

constexpr std::array<std::int8_t, 256> kBase64Values = [] {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (int i = 0; i < 26; ++i) {
    table[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(i);
    table[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(26 + i);
  }
  for (int i = 0; i < 10; ++i) table[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(52 + i);
  table['+'] = 62;
  table['/'] = 63;
  return table;
}();

}  // namespace

Sha256 sha256(std::span<const std::string_view> pieces) {
  static thread_local const std::unique_ptr<EVP_MD_CTX, Free> ctx(EVP_MD_CTX_new());
  Sha256 out;
  unsigned size = 0;
  bool hashed = EVP_DigestInit_ex2(ctx.get(), sha256_method(), nullptr) == 1;
  for (std::string_view piece : pieces) hashed = hashed && EVP_DigestUpdate(ctx.get(), piece.data(), piece.size()) == 1;
  hashed = hashed && EVP_DigestFinal_ex(ctx.get(), out.data(), &size) == 1 && size == out.size();
  if (!hashed) std::abort();  // no SHA-256, no keys: nothing could be authorised
  return out;
}

Sha256 sha256(std::string_view text) { return sha256(std::span(&text, 1)); }

Sha256 hmac_sha256(std::string_view key, std::string_view text) {
  constexpr std::size_t kBlockBytes = 64;
  std::array<char, kBlockBytes> pad{};
  Sha256 short_key;
  if (key.size() > kBlockBytes) {
    short_key = sha256(key);
    key = view(short_key);
  }
  std::ranges::copy(key, pad.begin());
  for (char& byte : pad) byte = static_cast<char>(byte ^ 0x36);
  const std::array<std::string_view, 2> inside{std::string_view(pad.data(), pad.size()), text};
  const Sha256 inner = sha256(inside);
  for (char& byte : pad) byte = static_cast<char>(byte ^ 0x36 ^ 0x5c);
  const std::array<std::string_view, 2> outside{std::string_view(pad.data(), pad.size()), view(inner)};
  const Sha256 out = sha256(outside);
  OPENSSL_cleanse(pad.data(), pad.size());
  return out;
}

std::string hex(std::span<const std::uint8_t> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::optional<Sha256> parse_hex(std::string_view text) {
  Sha256 out;
  if (text.size() != out.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = bytes::hex_digit(text[2 * i]);
    const int low = bytes::hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return out;
}

bool equal_constant_time(const Sha256& a, const Sha256& b) { return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

std::string base64(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const auto at = [&](std::size_t j) {
      return j < left ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + j])) : 0U;
    };
    const std::uint32_t group = at(0) << 16 | at(1) << 8 | at(2);
    out += kDigits[group >> 18];
    out += kDigits[group >> 12 & 63];
    out += left > 1 ? kDigits[group >> 6 & 63] : '=';
    out += left > 2 ? kDigits[group & 63] : '=';
  }
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.ends_with('=')) {
    if (text.size() % 4 != 0) return std::nullopt;
    text.remove_suffix(text.ends_with("==") ? 2 : 1);
  }
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t group = 0;
  int bits = 0;
  for (char c : text) {
    const int value = kBase64Values[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    group = group << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(group >> bits & 0xff);
  }
  return out;
}

}  // namespace fw::wire
