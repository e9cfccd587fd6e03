#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cloud/aws/aws_answer.h"
#include "cloud/aws/aws_metadata.h"

namespace fw::cloud::aws {
namespace {

constexpr std::string_view kRelativeUri = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
constexpr std::string_view kFullUri = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
constexpr std::string_view kTokenFile = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
constexpr std::string_view kToken = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
constexpr std::string_view kWho = "the container's credentials endpoint";
constexpr int kTimeoutMs = 1000;
constexpr int kTriesMax = 3;

std::unexpected<Error> failed(std::string message) {
  return std::unexpected(token_error(fmt::format("AWS container credentials: {}", message)));
}

// A name such as 127.example.com is none.
bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  const bool numbers = std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  return numbers && host.starts_with("127.") && std::ranges::count(host, '.') == 3;
}

// Where secrets may go over plain http: they do not leave the machine.
bool may_be_plain(std::string_view host) {
  constexpr std::array<std::string_view, 3> kLinkLocal{"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
  return is_loopback(host) || std::ranges::find(kLinkLocal, host) != kLinkLocal.end();
}

Result<wire::Url> named_url(std::string_view variable_name, const std::string& text) {
  auto url = wire::parse_url(text);
  if (!url) return failed(fmt::format("{}: {}", variable_name, url.error()));
  // A slash at the end is part of a whole URL.
  if (!url->path.empty() && text.substr(0, text.find('?')).ends_with('/')) url->path += '/';
  if (!url->tls && !may_be_plain(url->host))
    return failed(
        fmt::format("{}: found http for the host {}, expected https, a loopback address, 169.254.170.2, "
                    "169.254.170.23 or [fd00:ec2::23]",
                    variable_name, url->host));
  return *std::move(url);
}

Result<wire::Url> where(const AwsPlaces& places) {
  if (places.container) return *places.container;
  if (const auto relative = variable(places.surroundings, kRelativeUri)) {
    if (!relative->starts_with('/'))
      return failed(fmt::format("{}: found no '/' at its start, expected a path", kRelativeUri));
    return named_url(kRelativeUri, "http://169.254.170.2" + *relative);
  }
  if (const auto full = variable(places.surroundings, kFullUri)) return named_url(kFullUri, *full);
  return failed(
      fmt::format("found neither {} nor {}, expected one of them or auth.container_url", kRelativeUri, kFullUri));
}

// Empty: none is needed.
Flow<std::string> authorization(Places places) {
  std::string token = variable(places->surroundings, kToken).value_or("");
  if (const auto file = variable(places->surroundings, kTokenFile)) {
    Ask question(ReadFile{*file});
    const Reply content = co_await question;
    if (content.status == 0) co_return failed(fmt::format("{}: {}: {}", kTokenFile, *file, content.failure));
    token = trimmed(content.body);
    if (token.empty())
      co_return failed(fmt::format("{}: {}: found an empty file, expected a token", kTokenFile, *file));
  }
  const bool visible = std::ranges::all_of(token, [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!visible) co_return failed("found a token that cannot stand in a header field, expected visible ASCII");
  co_return token;
}

}  // namespace

bool in_container(const Surroundings& surroundings) {
  return variable(surroundings, kRelativeUri).has_value() || variable(surroundings, kFullUri).has_value();
}

Flow<Credential> container_credentials(Places places) {
  const auto url = where(*places);
  if (!url) co_return std::unexpected(url.error());
  auto asking = authorization(places);
  const auto token = co_await asking;
  if (!token) co_return std::unexpected(token.error());
  const TokenSource source{std::string(kWho), {*token}};
  for (int tries = 1;; ++tries) {
    Fetch fetch;
    fetch.url = *url;
    fetch.lines = "Accept: application/json\r\n";
    if (!token->empty()) fetch.lines.append("Authorization: ").append(*token).append("\r\n");
    fetch.timeout_ms = kTimeoutMs;
    Ask question(std::move(fetch));
    const Reply reply = co_await question;
    const bool passing = reply.status == 0 || reply.status >= 500;
    if (!passing || tries == kTriesMax) co_return read_keys_json(source, reply);
  }
}

}  // namespace fw::cloud::aws
