#include "fake/aws_check.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "fake/aws_canonical.h"
#include "wire/hash.h"
#include "wire/json.h"
#include "wire/sigv4.h"

namespace fw::fake {
namespace {

// The two signatures of @smithy/signature-v4 5.7.5 that stand in the facts about the clouds.
constexpr WallTime kNovember{1'795'305'600'000'000'000};  // 2026-11-22T00:00:00Z
const std::string kPair = "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr std::string_view kBody = R"({"messages":[{"role":"user","content":[{"text":"hi"}]}]})";
constexpr std::string_view kHash = "c3335e07d6e89650bf94cb98664be69f8774dbc3198df221f113db0a59ea14f0";
constexpr std::string_view kPath = "/model/openai.gpt-oss-120b-1%3A0/converse";
constexpr std::string_view kHost = "bedrock-runtime.us-east-1.amazonaws.com";
constexpr std::string_view kGolden = "530a703d14e85d730c5987d91f783696318c114055c2b81885e82c06db11ffa0";

struct Sent {
  std::string authorization;
  std::string_view path = kPath;
  std::string_view body = kBody;
  std::string_view date = "20261122T000000Z";
  std::string_view hash = kHash;
};

std::string golden_authorization(std::string_view names = "content-type;host;x-amz-content-sha256;x-amz-date",
                                 std::string_view scope = "20261122/us-east-1/bedrock") {
  return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/" + std::string(scope) +
         "/aws4_request, SignedHeaders=" + std::string(names) + ", Signature=" + std::string(kGolden);
}

// The exception and the beginning of its words; empty: welcome.
std::string verdict(const Sent& sent, WallTime now = kNovember, std::string_view region = "us-east-1",
                    std::string_view service = "bedrock") {
  const wire::HeaderField fields[] = {{"Host", kHost, {}},
                                      {"Content-Type", "application/json", {}},
                                      {"X-Amz-Date", sent.date, {}},
                                      {"x-amz-content-sha256", sent.hash, {}},
                                      {"authorization", sent.authorization, {}}};
  const auto caller =
      check_signature({"POST", sent.path, "", fields, sent.body}, {region, service, std::span(&kPair, 1), now, {}});
  return caller ? "" : caller.error().code + ": " + caller.error().message;
}

TEST(AwsCheck, accepts_the_golden_signature_of_awss_own_signer) { EXPECT_EQ(verdict({golden_authorization()}), ""); }

TEST(AwsCheck, refuses_what_was_changed_on_the_way) {
  constexpr std::string_view kMismatch =
      "InvalidSignatureException: The request signature we calculated does not match";
  EXPECT_TRUE(verdict({.authorization = golden_authorization(), .path = "/model/openai.gpt-oss-20b-1%3A0/converse"})
                  .starts_with(kMismatch));
  const std::string_view other = R"({"messages":[]})";
  const auto hash = wire::hex(wire::sha256(other));
  EXPECT_TRUE(verdict({.authorization = golden_authorization(), .body = other, .hash = hash}).starts_with(kMismatch));
  EXPECT_TRUE(verdict({.authorization = golden_authorization(), .body = other})
                  .starts_with("InvalidSignatureException: The value passed in x-amz-content-sha256"));
  // Signed once only, as for S3, a path would be spelt otherwise.
  EXPECT_TRUE(verdict({.authorization = golden_authorization(), .path = "/model/openai.gpt-oss-120b-1:0/converse"})
                  .starts_with(kMismatch));
}

TEST(AwsCheck, wants_host_and_all_amz_fields_signed) {
  EXPECT_NE(verdict({golden_authorization("content-type;x-amz-content-sha256;x-amz-date")}).find("'Host'"),
            std::string::npos);
  EXPECT_NE(verdict({golden_authorization("content-type;host;x-amz-date")}).find("'x-amz-content-sha256' must be"),
            std::string::npos);
}

TEST(AwsCheck, tells_a_clock_that_is_wrong_in_awss_words) {
  const auto at = [](std::int64_t seconds) {
    return verdict({golden_authorization()}, {kNovember.ns + seconds * 1'000'000'000});
  };
  EXPECT_EQ(at(300), "");
  EXPECT_EQ(at(-300), "");
  EXPECT_EQ(at(301),
            "InvalidSignatureException: Signature expired: 20261122T000000Z is now earlier than 20261122T000001Z "
            "(20261122T000501Z - 5 min.)");
  EXPECT_EQ(at(-301),
            "InvalidSignatureException: Signature not yet current: 20261122T000000Z is still later than "
            "20261121T235959Z (20261121T235459Z + 5 min.)");
}

TEST(AwsCheck, wants_the_scope_of_its_own_region_and_service) {
  EXPECT_NE(verdict({golden_authorization()}, kNovember, "us-east-2").find("valid region, not 'us-east-1'"),
            std::string::npos);
  EXPECT_NE(
      verdict({golden_authorization()}, kNovember, "us-east-1", "bedrock-mantle").find("service: 'bedrock-mantle'"),
      std::string::npos);
  EXPECT_NE(
      verdict({golden_authorization("content-type;host;x-amz-content-sha256;x-amz-date", "20261121/us-east-1/bedrock")})
          .find("Date in Credential scope does not match"),
      std::string::npos);
}

TEST(AwsCheck, names_what_is_missing) {
  EXPECT_EQ(verdict({""}), "MissingAuthenticationTokenException: Missing Authentication Token");
  EXPECT_NE(verdict({"AWS4-HMAC-SHA256 Credential=A/20261122/us-east-1/bedrock/aws4_request"}).find("'Signature'"),
            std::string::npos);
  auto unknown = golden_authorization();
  unknown.replace(unknown.find("AKIDEXAMPLE"), 11, "AKIDUNKNOWN");
  EXPECT_TRUE(verdict({unknown}).starts_with("UnrecognizedClientException"));
}

// A presigned call in the form of @aws/bedrock-token-generator.
std::string short_term_key(std::int64_t expires_s, WallTime now, std::string_view service = "bedrock") {
  const std::pair<std::string_view, std::string_view> headers[] = {{"host", "bedrock.amazonaws.com"}};
  const auto hash = wire::hex(wire::sha256(""));
  const auto s = wire::sigv4_sign_query({.method = "POST",
                                         .path = "/",
                                         .query = "Action=CallWithBearerToken",
                                         .headers = headers,
                                         .payload_sha256 = hash},
                                        {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""},
                                        {"us-east-1", service}, now, {.expires_s = expires_s});
  return std::string(kShortTermPrefix) + wire::base64("bedrock.amazonaws.com/?" + s.query + "&Version=1");
}

TEST(AwsCheck, accepts_a_short_term_key_for_as_long_as_it_says) {
  const auto at = [](std::int64_t seconds, std::string_view region = "us-east-1",
                     std::string_view service = "bedrock") {
    const auto caller =
        check_short_term_key(short_term_key(3'600, kNovember, service),
                             {region, {}, std::span(&kPair, 1), {kNovember.ns + seconds * 1'000'000'000}, {}});
    return caller ? "" : caller.error().message;
  };
  EXPECT_EQ(at(0), "");
  EXPECT_EQ(at(3'599), "");
  EXPECT_EQ(at(3'600), "Bearer Token has expired");
  EXPECT_NE(at(0, "us-east-2"), "");
  EXPECT_NE(at(0, "us-east-1", "bedrock-mantle"), "");
}

TEST(AwsCheck, refuses_a_short_term_key_that_was_changed) {
  auto key = short_term_key(3'600, kNovember);
  const AwsRules rules{"us-east-1", {}, std::span(&kPair, 1), kNovember, {}};
  auto plain = *wire::base64_decode(key.substr(kShortTermPrefix.size()));
  plain.replace(plain.find("Expires=3600"), 12, "Expires=9999");
  EXPECT_FALSE(check_short_term_key(std::string(kShortTermPrefix) + wire::base64(plain), rules));
  EXPECT_FALSE(check_short_term_key("bedrock-api-key-", rules));
  EXPECT_FALSE(check_short_term_key("bedrock-api-key-%%%", rules));
  EXPECT_FALSE(check_short_term_key("sk-something", rules));
}

TEST(AwsCheck, takes_temporary_credentials_until_they_end_or_are_revoked) {
  IdMint ids(7);
  const auto keys = mint_aws_keys("arn:aws:iam::123456789012:role/r", kNovember, 900, ids);
  const std::pair<std::string_view, std::string_view> headers[] = {{"host", kHost}};
  const auto try_at = [&](std::int64_t seconds, WallTime revoked, std::string_view token) {
    const WallTime now{kNovember.ns + seconds * 1'000'000'000};
    const auto s = wire::sigv4_sign_header({"POST", kPath, "", headers, kHash}, {keys.id, keys.secret, token},
                                           {"us-east-1", "bedrock"}, now);
    const wire::HeaderField fields[] = {{"host", kHost, {}},
                                        {"x-amz-date", s.date, {}},
                                        {"x-amz-content-sha256", kHash, {}},
                                        {"x-amz-security-token", token, {}},
                                        {"authorization", s.authorization, {}}};
    const auto caller = check_signature({"POST", kPath, "", fields, kBody}, {"us-east-1", "bedrock", {}, now, revoked});
    return caller ? caller->session : caller.error().code;
  };
  EXPECT_EQ(try_at(0, {}, keys.token), "arn:aws:iam::123456789012:role/r");
  EXPECT_EQ(try_at(899, {}, keys.token), "arn:aws:iam::123456789012:role/r");
  EXPECT_EQ(try_at(900, {}, keys.token), "ExpiredTokenException");
  EXPECT_EQ(try_at(0, kNovember, keys.token), "ExpiredTokenException");
  EXPECT_EQ(try_at(0, {}, "somebody's"), "UnrecognizedClientException");
}

std::string said(std::string_view object, std::string_view key) {
  std::string plain;
  (void)wire::json_unescape(wire::json_text(wire::json_find(object, {key}).value_or("")), plain);
  return plain;
}

// A request of the file that AWS's own signer has signed.
struct Recorded {
  explicit Recorded(std::string_view json)
      : name(said(json, "name")),
        method(said(json, "method")),
        host(said(json, "host")),
        path(said(json, "path")),
        query(said(json, "query")),
        service(said(json, "service")),
        region(said(json, "region")),
        session(said(json, "session")),
        type(said(json, "content_type")),
        body(said(json, "body")),
        signature(said(json, "signature")),
        hash(wire::hex(wire::sha256(body))) {}
  std::string name, method, host, path, query, service, region, session, type, body, signature, hash;

  wire::SigV4Signature signed_here() const {
    std::vector<std::pair<std::string_view, std::string_view>> headers{{"host", host}};
    if (!type.empty()) headers.emplace_back("content-type", type);
    const auto colon = kPair.find(':');
    const std::string_view pair = kPair;
    return wire::sigv4_sign_header({method, path, query, headers, hash},
                                   {pair.substr(0, colon), pair.substr(colon + 1), session}, {region, service},
                                   kNovember);
  }

  // The canonical request and all that follows from it, by the fake's reading.
  bool accepted(std::string_view authorization) const {
    std::vector<wire::HeaderField> fields{{"host", host, {}},
                                          {"x-amz-date", "20261122T000000Z", {}},
                                          {"x-amz-content-sha256", hash, {}},
                                          {"authorization", authorization, {}}};
    if (!type.empty()) fields.push_back({"content-type", type, {}});
    // The check knows no session token but the fakes' own, so it is checked without one.
    return check_signature({method, path, query, fields, body}, {region, service, std::span(&kPair, 1), kNovember, {}})
        .has_value();
  }
};

TEST(AwsCheck, agrees_with_awss_signer_and_ours_on_every_path_form) {
  std::ifstream file(FAIRWAY_SOURCE_DIR "/tests/data/bedrock-signatures/signatures.json");
  std::ostringstream text;
  text << file.rdbuf();
  const auto json = text.str();
  ASSERT_FALSE(wire::json_check(json, 8));
  wire::JsonArray requests(*wire::json_find(json, {"requests"}), 8);
  wire::JsonMember m;
  int n = 0;
  for (; requests.next(m); ++n) {
    const Recorded r(m.value);
    const auto ours = r.signed_here();
    EXPECT_EQ(ours.signature, r.signature) << r.name << "\n" << ours.canonical_request;
    if (r.session.empty()) EXPECT_TRUE(r.accepted(ours.authorization)) << r.name;
  }
  EXPECT_EQ(n, 16);
}

TEST(AwsCanonical, spells_a_request_as_the_documents_say) {
  const wire::HeaderField fields[] = {{"Host", "h", {}}, {"X-Two", "a   b ", {}}, {"x-two", "c", {}}};
  const std::string_view names[] = {"host", "x-two"};
  EXPECT_EQ(canonical_request({"GET", "/a//b/../c%3A/", "z=1&b=%2f&b=+", fields, names, "HASH"}),
            "GET\n/a/c%253A/\nb=%2B&b=%2F&z=1\nhost:h\nx-two:a b,c\n\nhost;x-two\nHASH");
}

}  // namespace
}  // namespace fw::fake
