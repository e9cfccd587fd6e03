#include <algorithm>

#include <fmt/format.h>

#include "cloud/aws/aws_answer.h"
#include "cloud/aws/aws_metadata.h"

namespace fw::cloud::aws {
namespace {

constexpr std::string_view kWho = "the instance metadata service";
constexpr std::string_view kTokenPath = "/latest/api/token";
constexpr std::string_view kRolesPath = "/latest/meta-data/iam/security-credentials/";
constexpr std::string_view kTtlLine = "x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n";
constexpr int kTimeoutMs = 1000;
constexpr std::size_t kRoleBytesMax = 256;

Flow<Reply> metadata(Places places, std::string path, std::string token) {
  Fetch fetch;
  fetch.url = places->imds;
  fetch.url.path += path;
  if (!token.empty()) fetch.lines = fmt::format("x-aws-ec2-metadata-token: {}\r\n", token);
  fetch.timeout_ms = kTimeoutMs;
  Ask question(std::move(fetch));
  co_return co_await question;
}

// Of IMDSv2; empty: only IMDSv1 is to be had.
Flow<std::string> session(Places places) {
  Fetch fetch;
  fetch.method = "PUT";
  fetch.url = places->imds;
  fetch.url.path += kTokenPath;
  fetch.lines = kTtlLine;
  fetch.timeout_ms = kTimeoutMs;
  Ask question(std::move(fetch));
  const Reply reply = co_await question;
  if (reply.status == 200) {
    const std::string token = trimmed(reply.body);
    if (is_token_text(token)) co_return token;
    co_return std::unexpected(token_error(fmt::format("{} answered 200: found no session token", kWho)));
  }
  const bool without = reply.status == 0 || reply.status == 403 || reply.status == 404 || reply.status == 405;
  if (without && !places->imds_v1_disabled) co_return std::string();
  const TokenSource source{std::string(kWho), {}};
  co_return std::unexpected(aws_refused(source, reply));
}

bool is_role(std::string_view name) {
  return !name.empty() && name.size() <= kRoleBytesMax &&
         std::ranges::all_of(name, [](char c) { return c > 0x20 && c < 0x7f && c != '<' && c != '{' && c != '/'; });
}

// With the session's token, or without by IMDSv1. `refused`: 401, the token is no longer good.
Flow<Credential> of_role(Places places, std::string token, bool* refused) {
  const TokenSource source{std::string(kWho), {token}};
  auto listing = metadata(places, std::string(kRolesPath), token);
  const auto roles = co_await listing;
  *refused = roles->status == 401;
  if (roles->status == 404)
    co_return std::unexpected(
        token_error(fmt::format("{} answered 404: this instance has no role; attach an instance "
                                "profile",
                                kWho)));
  if (roles->status != 200) co_return std::unexpected(aws_refused(source, *roles));
  const std::string role = trimmed(std::string_view(roles->body).substr(0, roles->body.find('\n')));
  if (!is_role(role))
    co_return std::unexpected(token_error(fmt::format("{} answered 200: found {}, expected the name of a role", kWho,
                                                      role.empty() ? "an empty body" : "something else")));
  auto asking = metadata(places, std::string(kRolesPath) + wire::percent_encode_segment(role), token);
  const auto reply = co_await asking;
  *refused = reply->status == 401;
  co_return read_keys_json(source, *reply, Expired::kept);
}

}  // namespace

Flow<Credential> instance_credentials(Places places) {
  for (bool again = false;; again = true) {
    auto opening = session(places);
    const auto token = co_await opening;
    if (!token) co_return std::unexpected(token.error());
    bool refused = false;
    auto asking = of_role(places, *token, &refused);
    auto made = co_await asking;
    if (made || !refused || again) co_return made;
  }
}

}  // namespace fw::cloud::aws
