// AWS Signature Version 4 (docs.aws.amazon.com/IAM, "Create a signed AWS API request"), as every
// service but S3 wants it: the path is encoded a second time and normalised.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace fw::wire {

struct SigV4Key {
  std::string_view access_key_id;
  std::string_view secret_access_key;
  std::string_view session_token;  // empty: none
};

struct SigV4Scope {
  std::string_view region;
  std::string_view service;
};

struct SigV4Request {
  std::string_view method;
  std::string_view path;   // as on the wire, percent-encoded; empty means "/"
  std::string_view query;  // as on the wire, without '?'
  // To be signed beside `x-amz-date` and the like, `host` among them; any case, any order, values as
  // sent. Those that must not be signed are left out (clouds.md §2.2 names them).
  std::span<const std::pair<std::string_view, std::string_view>> headers;
  std::string_view payload_sha256;  // lower-case hex, or "UNSIGNED-PAYLOAD"
};

struct SigV4Options {
  bool normalize_path = true;
  bool double_encode_path = true;   // all but S3
  bool sign_payload_header = true;  // adds x-amz-content-sha256 to what is signed
  bool sign_session_token = true;   // adds x-amz-security-token to what is signed
  std::int64_t expires_s = 0;       // presigned queries only
};

// All steps, so that a failing test names the broken one.
struct SigV4Signature {
  std::string date;  // x-amz-date: 20261122T000000Z
  std::string canonical_request;
  std::string string_to_sign;
  std::string signature;       // lower-case hex
  std::string signed_headers;  // "host;x-amz-date"
  std::string authorization;   // value of the Authorization field; of sign_header only
  std::string query;           // the complete signed query; of sign_query only
};

// The caller sends: authorization, x-amz-date, x-amz-content-sha256 (if signed) and
// x-amz-security-token (if there is one).
SigV4Signature sigv4_sign_header(const SigV4Request& request, const SigV4Key& key, const SigV4Scope& scope,
                                 WallTime now, const SigV4Options& options = {});
// A presigned URL's query.
SigV4Signature sigv4_sign_query(const SigV4Request& request, const SigV4Key& key, const SigV4Scope& scope, WallTime now,
                                const SigV4Options& options = {});

// "20261122T000000Z", "20261122".
std::string amz_date(WallTime time);

}  // namespace fw::wire
