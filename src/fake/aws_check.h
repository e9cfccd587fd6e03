// Who signed a request to AWS: a reading of the Signature Version 4 documents of its own (docs.aws.amazon.com/IAM,
// "Create a signed AWS API request"), which shares no code with what signs.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "fake/minted.h"
#include "fake/refusal.h"
#include "wire/http1.h"

namespace fw::fake {

// Clocks may differ by so much.
inline constexpr std::int64_t kAwsSkewS = 300;
inline constexpr std::string_view kAwsAlgorithm = "AWS4-HMAC-SHA256";

// As it came over the wire.
struct AwsRequest {
  std::string_view method;
  std::string_view path;   // without the query
  std::string_view query;  // without '?'
  std::span<const wire::HeaderField> fields;
  std::string_view body;
};

// What it must have been signed for.
struct AwsRules {
  std::string_view region;             // empty: any
  std::string_view service;            // empty: any
  std::span<const std::string> pairs;  // "ID:SECRET" of those who may sign
  WallTime now;
  WallTime revoked_before;
};

struct AwsCaller {
  std::string access_key_id;
  std::string region;
  std::string service;
  std::string session;  // the role of temporary credentials; empty: a user's own
};

// Why not: Refusal::own with AWS's exception name and words.
std::expected<AwsCaller, Refusal> check_signature(const AwsRequest& request, const AwsRules& rules);

// A key minted locally: a presigned `POST https://bedrock.amazonaws.com/?Action=CallWithBearerToken`, in base64
// behind "bedrock-api-key-" (npm @aws/bedrock-token-generator 1.1.0).
inline constexpr std::string_view kShortTermPrefix = "bedrock-api-key-";
std::expected<AwsCaller, Refusal> check_short_term_key(std::string_view key, const AwsRules& rules);

// The service a request was signed for, unchecked; empty: it is not signed.
std::string_view signed_service(std::span<const wire::HeaderField> fields);

Refusal aws_refusal(int status, std::string_view exception, std::string message);

// The value of the first field of this name, in any case; empty: there is none.
std::string_view field_named(std::span<const wire::HeaderField> fields, std::string_view name);

}  // namespace fw::fake
