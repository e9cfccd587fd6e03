// AWS vouches for us: a signed GetCallerIdentity request that Google's STS sends on to AWS's.
#include <algorithm>

#include <fmt/format.h>

#include "cloud/google/sign_in_flows.h"
#include "wire/hash.h"
#include "wire/json.h"
#include "wire/sigv4.h"

namespace fw::cloud::google {
namespace {

// What signs and where; `now` is the time of the last answer.
struct AwsSigner {
  AwsEnvironment keys;
  WallTime now;
};

bool may_be_name(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("+=,.@_-").contains(c);
  });
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find_first_of("\r\n")); }

// One question to the machine's metadata.
Flow<Reply> ask_metadata(Fetch request) {
  const TokenSource source{fmt::format("the AWS metadata server {}", request.url.authority()), {}};
  request.timeout_ms = 5000;
  Ask question(std::move(request));
  Reply reply = co_await question;
  if (reply.status != 200) co_return std::unexpected(token_refused(source, reply));
  co_return reply;
}

// The line that later questions carry; none where the file names no address for it.
Flow<std::string> session_line(const CredentialFile& file) {
  if (json_string(file.json, {"credential_source", "imdsv2_session_token_url"}).empty()) co_return std::string();
  auto url = url_in(file, {"credential_source", "imdsv2_session_token_url"});
  if (!url) co_return std::unexpected(std::move(url.error()));
  Fetch request{.method = "PUT", .url = *std::move(url), .lines = {}, .body = {}};
  request.lines = "x-aws-ec2-metadata-token-ttl-seconds: 300\r\n";
  auto asking = ask_metadata(std::move(request));
  const auto reply = co_await asking;
  if (!reply) co_return std::unexpected(reply.error());
  if (!is_token_text(reply->body)) co_return wrong_file(file, "imdsv2_session_token_url gave no token");
  co_return fmt::format("x-aws-ec2-metadata-token: {}\r\n", reply->body);
}

Flow<std::string> region_of(const CredentialFile& file, const std::string& session) {
  auto url = url_in(file, {"credential_source", "region_url"});
  if (!url) co_return std::unexpected(std::move(url.error()));
  Fetch request{.method = "GET", .url = *std::move(url), .lines = session, .body = {}};
  auto asking = ask_metadata(std::move(request));
  const auto reply = co_await asking;
  if (!reply) co_return std::unexpected(reply.error());
  std::string_view zone = first_line(reply->body);
  // The availability zone: us-east-2b lies in us-east-2.
  if (zone.size() < 2 || !may_be_name(zone))
    co_return wrong_file(file, "region_url: found no availability zone, expected one such as us-east-2b");
  zone.remove_suffix(1);
  co_return std::string(zone);
}

Flow<AwsSigner> machine_keys(const CredentialFile& file, const std::string& session) {
  auto url = url_in(file, {"credential_source", "url"});
  if (!url) co_return std::unexpected(std::move(url.error()));
  Fetch list{.method = "GET", .url = *url, .lines = session, .body = {}};
  auto listing = ask_metadata(std::move(list));
  const auto roles = co_await listing;
  if (!roles) co_return std::unexpected(roles.error());
  const std::string_view role = first_line(roles->body);
  if (!may_be_name(role))
    co_return wrong_file(file, "credential_source.url: found no role, expected the machine's role");
  url->path += "/" + std::string(role);
  Fetch one{.method = "GET", .url = *std::move(url), .lines = session, .body = {}};
  auto asking = ask_metadata(std::move(one));
  const auto reply = co_await asking;
  if (!reply) co_return std::unexpected(reply.error());
  if (!is_json_object(reply->body))
    co_return wrong_file(
        file, fmt::format("credential_source.url: found {}, expected AWS credentials", shape_of(reply->body)));
  AwsSigner made{{json_string(reply->body, {"AccessKeyId"}),
                  json_string(reply->body, {"SecretAccessKey"}),
                  json_string(reply->body, {"Token"}),
                  {}},
                 reply->now};
  if (made.keys.access_key_id.empty() || made.keys.secret_access_key.empty())
    co_return wrong_file(file, "credential_source.url: found JSON without AccessKeyId and SecretAccessKey");
  co_return made;
}

bool names(const CredentialFile& file, std::string_view member) {
  return !json_string(file.json, {"credential_source", member}).empty();
}

// Keys and region: of the environment and of the machine, in the order that the options say.
Flow<AwsSigner> signer(const GoogleOptions& options, const CredentialFile& file) {
  const auto ask_for = [&](bool known, std::string_view member) {
    return !known || (!options.environment_first && names(file, member));
  };
  const bool ask_region = ask_for(!options.aws.region.empty(), "region_url");
  const bool ask_keys = ask_for(!options.aws.access_key_id.empty() && !options.aws.secret_access_key.empty(), "url");
  AwsSigner made{options.aws, file.read_at};
  std::string session;
  if (ask_region || ask_keys) {
    auto asking = session_line(file);
    auto line = co_await asking;
    if (!line) co_return std::unexpected(std::move(line.error()));
    session = *std::move(line);
  }
  if (ask_region) {
    auto asking = region_of(file, session);
    auto region = co_await asking;
    if (!region) co_return std::unexpected(std::move(region.error()));
    made.keys.region = *std::move(region);
  }
  if (ask_keys) {
    auto asking = machine_keys(file, session);
    auto found = co_await asking;
    if (!found) co_return found;
    found->keys.region = made.keys.region;
    co_return found;
  }
  co_return made;
}

// As google-auth-library 10.9.1 `awsclient.js` writes it: the request as JSON, percent-encoded. The
// audience is signed too, as Google's guide recommends.
std::string signed_request(const AwsSigner& by, const std::string& address, const wire::Url& url,
                           const std::string& audience) {
  const std::string host = url.authority();
  const std::array<std::pair<std::string_view, std::string_view>, 2> headers{
      {{"host", host}, {"x-goog-cloud-target-resource", audience}}};
  const std::string empty_hash = wire::hex(wire::sha256(""));
  const wire::SigV4Request request{"POST", url.path, url.query, headers, empty_hash};
  const wire::SigV4Key key{by.keys.access_key_id, by.keys.secret_access_key, by.keys.session_token};
  wire::SigV4Options options;
  options.sign_payload_header = false;
  const auto signature = wire::sigv4_sign_header(request, key, {by.keys.region, "sts"}, by.now, options);
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().member("url", address).member("method", "POST").key("headers").begin_array();
  const auto header = [&json](std::string_view name, std::string_view value) {
    json.begin_object().member("key", name).member("value", value).end_object();
  };
  header("authorization", signature.authorization);
  header("host", host);
  header("x-amz-date", signature.date);
  if (!by.keys.session_token.empty()) header("x-amz-security-token", by.keys.session_token);
  header("x-goog-cloud-target-resource", audience);
  json.end_array().end_object();
  return wire::percent_encode_segment(out);
}

}  // namespace

Flow<std::string> aws_subject_token(const GoogleOptions& options, const CredentialFile& file) {
  if (const auto id = json_string(file.json, {"credential_source", "environment_id"}); id != "aws1")
    co_return wrong_file(file, fmt::format("found the environment_id '{}', expected aws1", id));
  auto address = text_in(file, {"credential_source", "regional_cred_verification_url"});
  const auto audience = text_in(file, {"audience"});
  if (!address) co_return address;
  if (!audience) co_return audience;
  auto asking = signer(options, file);
  const auto by = co_await asking;
  if (!by) co_return std::unexpected(by.error());
  constexpr std::string_view kRegion = "{region}";
  if (const auto at = address->find(kRegion); at != address->npos)
    address->replace(at, kRegion.size(), by->keys.region);
  const auto url = wire::parse_url(*address);
  if (!url)
    co_return wrong_file(file, fmt::format("credential_source.regional_cred_verification_url: {}", url.error()));
  co_return signed_request(*by, *address, *url, *audience);
}

}  // namespace fw::cloud::google
