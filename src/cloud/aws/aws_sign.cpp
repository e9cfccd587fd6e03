#include "cloud/aws/aws_sign.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "wire/hash.h"
#include "wire/sigv4.h"

namespace fw::cloud::aws {
namespace {

// @aws/bedrock-token-generator 1.1.0, dist/token.js.
constexpr std::string_view kKeyHost = "bedrock.amazonaws.com";
constexpr std::string_view kKeyPrefix = "bedrock-api-key-";
constexpr std::int64_t kKeySeconds = 43'200;

using Header = std::pair<std::string_view, std::string_view>;

wire::SigV4Key key_of(const Credential& credential) {
  return {credential.access_key_id, credential.secret_access_key, credential.session_token};
}

}  // namespace

void sign_aws(const Credential& credential, std::string_view region, std::string_view service, std::string_view host,
              const ToSign& request, std::string& lines) {
  if (!credential.bearer.empty()) {
    lines.append("Authorization: Bearer ").append(credential.bearer).append("\r\n");
    return;
  }
  const std::array<Header, 2> headers{Header{"host", host}, Header{"content-type", request.content_type}};
  const std::string payload = wire::hex(wire::sha256(request.body));
  const std::size_t mark = std::min(request.target.find('?'), request.target.size());
  wire::SigV4Request to_sign;
  to_sign.method = request.method;
  to_sign.path = request.target.substr(0, mark);
  to_sign.query = request.target.substr(std::min(mark + 1, request.target.size()));
  to_sign.headers = std::span(headers).first(request.content_type.empty() ? 1 : 2);
  to_sign.payload_sha256 = payload;
  const auto signature = wire::sigv4_sign_header(to_sign, key_of(credential), {region, service}, request.now);
  lines.append("Authorization: ").append(signature.authorization).append("\r\n");
  lines.append("X-Amz-Date: ").append(signature.date).append("\r\n");
  lines.append("X-Amz-Content-Sha256: ").append(payload).append("\r\n");
  if (!credential.session_token.empty())
    lines.append("X-Amz-Security-Token: ").append(credential.session_token).append("\r\n");
}

Credential short_term_key(const Credential& keys, std::string_view region, WallTime now) {
  const std::array<Header, 1> headers{Header{"host", kKeyHost}};
  const std::string payload = wire::hex(wire::sha256(""));
  wire::SigV4Request to_sign;
  to_sign.method = "POST";
  to_sign.path = "/";
  to_sign.query = "Action=CallWithBearerToken";
  to_sign.headers = headers;
  to_sign.payload_sha256 = payload;
  wire::SigV4Options options;
  options.expires_s = kKeySeconds;
  const auto signature = wire::sigv4_sign_query(to_sign, key_of(keys), {region, "bedrock"}, now, options);
  Credential made;
  made.bearer = kKeyPrefix;
  made.bearer += wire::base64(fmt::format("{}/?{}&Version=1", kKeyHost, signature.query));
  made.expires = std::min(WallTime{now.ns + kKeySeconds * 1'000'000'000}, keys.expires);
  made.refresh_at = std::min(refresh_time(now, made.expires), keys.refresh_at);
  made.usable_after_end = keys.usable_after_end;
  return made;
}

}  // namespace fw::cloud::aws
