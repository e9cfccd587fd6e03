#include "wire/sigv4.h"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "wire/hash.h"
#include "wire/http1_bytes.h"
#include "wire/http1_names.h"

namespace fw::wire {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

using Pair = std::pair<std::string, std::string>;

// Proxies and connections change these on their way, or they are ours to write.
constexpr std::array<std::string_view, 19> kNeverSigned{"authorization",
                                                        "cache-control",
                                                        "connection",
                                                        "expect",
                                                        "from",
                                                        "keep-alive",
                                                        "max-forwards",
                                                        "pragma",
                                                        "referer",
                                                        "te",
                                                        "trailer",
                                                        "transfer-encoding",
                                                        "upgrade",
                                                        "user-agent",
                                                        "x-amzn-trace-id",
                                                        "x-amz-date",
                                                        "x-amz-signature",
                                                        "x-amz-content-sha256",
                                                        "x-amz-security-token"};

bool may_sign(std::string_view lower_name) {
  return !lower_name.starts_with("proxy-") && !lower_name.starts_with("sec-") &&
         std::ranges::find(kNeverSigned, lower_name) == kNeverSigned.end();
}

bool is_unreserved(char c) {
  const unsigned char small = bytes::lower(c);
  return bytes::is_digit(c) || (small >= 'a' && small <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
}

void append_encoded(std::string& out, std::string_view text, bool keep_slash) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (char c : text) {
    if (is_unreserved(c) || (keep_slash && c == '/')) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

std::string encoded(std::string_view text) {
  std::string out;
  append_encoded(out, text, false);
  return out;
}

// Whatever spelling came in, one goes out.
std::string encoded_once(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && bytes::hex_digit(text[i + 1]) >= 0 &&
                        bytes::hex_digit(text[i + 2]) >= 0;
    plain += escape ? static_cast<char>(bytes::hex_digit(text[i + 1]) << 4 | bytes::hex_digit(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return encoded(plain);
}

std::string normalized(std::string_view path) {
  std::vector<std::string_view> kept;
  for (std::string_view left = path; !left.empty();) {
    const std::size_t end = std::min(left.find('/'), left.size());
    const std::string_view segment = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  std::string out = fmt::format("/{}", fmt::join(kept, "/"));
  if (!kept.empty() && path.ends_with('/')) out += '/';
  return out;
}

std::string canonical_path(std::string_view path, const SigV4Options& options) {
  std::string out = options.normalize_path ? normalized(path) : std::string(path.empty() ? "/" : path);
  if (!options.double_encode_path) return out;
  std::string twice;
  append_encoded(twice, out, true);
  return twice;
}

std::vector<Pair> query_pairs(std::string_view query) {
  std::vector<Pair> out;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    std::string name = encoded_once(pair.substr(0, equals));
    if (!equal_ignoring_case(name, "x-amz-signature")) out.emplace_back(std::move(name), encoded_once(value));
  }
  return out;
}

std::string sorted_query(std::vector<Pair>& pairs) {
  std::ranges::sort(pairs);
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(value);
  }
  return out;
}

std::string collapsed(std::string_view value) {
  std::string out;
  bool gap = false;
  for (char c : value) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      gap = !out.empty();
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += c;
  }
  return out;
}

// Keeps them sorted by name, and values of one name in their order.
void add_field(std::vector<Pair>& fields, std::string name, std::string value) {
  const auto at = std::ranges::upper_bound(fields, name, {}, &Pair::first);
  fields.emplace(at, std::move(name), std::move(value));
}

std::vector<Pair> signed_fields(const SigV4Request& request) {
  std::vector<Pair> out;
  for (const auto& [name, value] : request.headers) {
    std::string small(name);
    for (char& c : small) c = static_cast<char>(bytes::lower(c));
    if (may_sign(small)) add_field(out, std::move(small), collapsed(value));
  }
  return out;
}

// Canonical headers into `lines`, their names into `names`.
void merge_fields(const std::vector<Pair>& fields, std::string& lines, std::string& names) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0 && fields[i].first == fields[i - 1].first) {
      lines.back() = ',';
    } else {
      lines.append(fields[i].first).append(":");
      if (!names.empty()) names += ';';
      names += fields[i].first;
    }
    lines.append(fields[i].second).append("\n");
  }
}

std::string_view view(const Sha256& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }

std::string scope_text(const SigV4Scope& scope, std::string_view date) {
  return fmt::format("{}/{}/{}/aws4_request", date.substr(0, 8), scope.region, scope.service);
}

// From the canonical request to the signature.
void finish(SigV4Signature& out, const SigV4Key& key, const SigV4Scope& scope) {
  out.string_to_sign = fmt::format("{}\n{}\n{}\n{}", kAlgorithm, out.date, scope_text(scope, out.date),
                                   hex(sha256(out.canonical_request)));
  std::string secret = "AWS4";
  secret += key.secret_access_key;
  Sha256 step = hmac_sha256(secret, std::string_view(out.date).substr(0, 8));
  for (std::string_view part : {scope.region, scope.service, std::string_view("aws4_request")})
    step = hmac_sha256(view(step), part);
  out.signature = hex(hmac_sha256(view(step), out.string_to_sign));
}

}  // namespace

std::string amz_date(WallTime time) {
  const std::chrono::sys_seconds at{std::chrono::seconds(time.seconds())};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(at - day);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

SigV4Signature sigv4_sign_header(const SigV4Request& request, const SigV4Key& key, const SigV4Scope& scope,
                                 WallTime now, const SigV4Options& options) {
  SigV4Signature out;
  out.date = amz_date(now);
  std::vector<Pair> fields = signed_fields(request);
  add_field(fields, "x-amz-date", out.date);
  if (options.sign_payload_header) add_field(fields, "x-amz-content-sha256", std::string(request.payload_sha256));
  if (!key.session_token.empty() && options.sign_session_token)
    add_field(fields, "x-amz-security-token", std::string(key.session_token));
  std::string lines;
  merge_fields(fields, lines, out.signed_headers);
  std::vector<Pair> pairs = query_pairs(request.query);
  out.canonical_request = fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, canonical_path(request.path, options),
                                      sorted_query(pairs), lines, out.signed_headers, request.payload_sha256);
  finish(out, key, scope);
  out.authorization = fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm, key.access_key_id,
                                  scope_text(scope, out.date), out.signed_headers, out.signature);
  return out;
}

SigV4Signature sigv4_sign_query(const SigV4Request& request, const SigV4Key& key, const SigV4Scope& scope, WallTime now,
                                const SigV4Options& options) {
  SigV4Signature out;
  out.date = amz_date(now);
  const std::vector<Pair> fields = signed_fields(request);
  std::string lines;
  merge_fields(fields, lines, out.signed_headers);
  std::vector<Pair> pairs = query_pairs(request.query);
  pairs.emplace_back("X-Amz-Algorithm", kAlgorithm);
  pairs.emplace_back("X-Amz-Credential", encoded(fmt::format("{}/{}", key.access_key_id, scope_text(scope, out.date))));
  pairs.emplace_back("X-Amz-Date", out.date);
  pairs.emplace_back("X-Amz-SignedHeaders", encoded(out.signed_headers));
  if (options.expires_s > 0) pairs.emplace_back("X-Amz-Expires", fmt::format("{}", options.expires_s));
  const Pair token("X-Amz-Security-Token", encoded(key.session_token));
  if (!key.session_token.empty() && options.sign_session_token) pairs.push_back(token);
  out.canonical_request = fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, canonical_path(request.path, options),
                                      sorted_query(pairs), lines, out.signed_headers, request.payload_sha256);
  finish(out, key, scope);
  if (!key.session_token.empty() && !options.sign_session_token) pairs.push_back(token);
  pairs.emplace_back("X-Amz-Signature", out.signature);
  out.query = sorted_query(pairs);
  return out;
}

}  // namespace fw::wire
