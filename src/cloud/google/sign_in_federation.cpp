// Workload identity federation: another party's token traded for Google's (AIP-4117).
#include <algorithm>

#include <fmt/format.h>

#include "cloud/google/sign_in_flows.h"
#include "wire/hash.h"
#include "wire/http1.h"
#include "wire/json.h"

namespace fw::cloud::google {
namespace {

constexpr std::string_view kStsUrl = "https://sts.googleapis.com/v1/token";
constexpr std::size_t kSubjectBytesMax = 64 * 1024;

constexpr std::array<TokenHint, 4> kHints{{
    {"audience",
     "the subject token must be issued for the audience that the workload identity provider expects: its "
     "allowed audiences, by default https://iam.googleapis.com/ and the provider's name"},
    {"is stale to sign-in", "the subject token is too old: is it renewed, is this machine's clock right?"},
    {"expired", "the subject token is too old: is it renewed, is this machine's clock right?"},
    {"attribute condition", "the workload identity provider's attribute condition rejects this subject"},
}};

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

// The subject token in what a file or a URL gave; `from` names it for people.
Result<std::string> subject_in(const CredentialFile& file, std::string_view content, std::string_view from) {
  const auto format = json_string(file.json, {"credential_source", "format", "type"});
  std::string token;
  if (format == "json") {
    const auto field = text_in(file, {"credential_source", "format", "subject_token_field_name"});
    if (!field) return field;
    if (!is_json_object(content))
      return wrong_file(file,
                        fmt::format("{}: found {}, expected a JSON object with {}", from, shape_of(content), *field));
    token = json_string(content, {*field});
  } else {
    token = trimmed(content);
  }
  const bool visible = std::ranges::all_of(token, [](char c) { return c >= 0x20 && c < 0x7f; });
  if (token.empty() || !visible || token.size() > kSubjectBytesMax || token.starts_with('<'))
    return wrong_file(file, fmt::format("{}: found no subject token in it, expected one on one line", from));
  return token;
}

// The header lines that a URL-sourced credential asks for.
Result<std::string> source_lines(const CredentialFile& file) {
  std::string lines;
  const auto headers = wire::json_find(file.json, {"credential_source", "headers"});
  if (!headers || !headers->starts_with('{')) return lines;
  wire::JsonObject object(*headers, 2);
  for (wire::JsonMember member; object.next(member);) {
    std::string value;
    const bool text = wire::json_unescape(wire::json_text(member.value), value);
    const bool visible = std::ranges::all_of(value, [](char c) { return c >= 0x20 && c < 0x7f; });
    if (!text || !visible || member.key_escaped || !wire::is_token(member.key))
      return wrong_file(file, "credential_source.headers: found what cannot stand in a header field");
    lines += fmt::format("{}: {}\r\n", member.key, value);
  }
  return lines;
}

Flow<std::string> subject_of_file(const CredentialFile& file) {
  const std::string path = json_string(file.json, {"credential_source", "file"});
  Ask question(ReadFile{path});
  const Reply content = co_await question;
  if (content.status == 0)
    co_return std::unexpected(token_error(fmt::format("the subject token's file {}: {}", path, content.failure)));
  co_return subject_in(file, content.body, path);
}

Flow<std::string> subject_of_url(const CredentialFile& file) {
  auto url = url_in(file, {"credential_source", "url"});
  if (!url) co_return std::unexpected(std::move(url.error()));
  auto lines = source_lines(file);
  if (!lines) co_return std::unexpected(std::move(lines.error()));
  const TokenSource source{fmt::format("the subject token's source {}", url->authority()), {}};
  Fetch request{.method = "GET", .url = *std::move(url), .lines = *std::move(lines), .body = {}};
  Ask question(std::move(request));
  const Reply reply = co_await question;
  if (reply.status != 200) co_return std::unexpected(token_refused(source, reply));
  co_return subject_in(file, reply.body, source.who);
}

Flow<std::string> subject_token(const GoogleOptions& options, const CredentialFile& file) {
  if (!json_string(file.json, {"credential_source", "environment_id"}).empty()) {
    auto flow = aws_subject_token(options, file);
    auto made = co_await flow;
    co_return made;
  }
  if (!json_string(file.json, {"credential_source", "file"}).empty()) {
    auto flow = subject_of_file(file);
    auto made = co_await flow;
    co_return made;
  }
  if (!json_string(file.json, {"credential_source", "url"}).empty()) {
    auto flow = subject_of_url(file);
    auto made = co_await flow;
    co_return made;
  }
  co_return wrong_file(file,
                       "found no credential_source with file, url or environment_id; programs and certificates "
                       "as sources are not supported");
}

// Where the client is known to Google itself, it says who it is; else a workforce pool names the project that pays.
void add_client(const CredentialFile& file, Fetch& request) {
  const auto id = json_string(file.json, {"client_id"});
  const auto secret = json_string(file.json, {"client_secret"});
  const auto project = json_string(file.json, {"workforce_pool_user_project"});
  if (!id.empty() && !secret.empty()) {
    request.lines += fmt::format("Authorization: Basic {}\r\n", wire::base64(id + ":" + secret));
  } else if (!project.empty()) {
    std::string value;
    wire::JsonWriter(value).begin_object().member("userProject", project).end_object();
    wire::append_form(request.body, "options", value);
  }
}

}  // namespace

Flow<Credential> federated_token(const GoogleOptions& options, const CredentialFile& file) {
  if (const auto type = json_string(file.json, {"type"}); type != "external_account")
    co_return wrong_file(file, fmt::format("found the type '{}', expected external_account; a service account's key "
                                           "is named by auth.service_account_file",
                                           type));
  const auto audience = text_in(file, {"audience"});
  const auto subject_type = text_in(file, {"subject_token_type"});
  if (!audience) co_return std::unexpected(audience.error());
  if (!subject_type) co_return std::unexpected(subject_type.error());
  auto url = options.sts_url ? Result<wire::Url>(*options.sts_url) : url_in(file, {"token_url"}, kStsUrl);
  if (!url) co_return std::unexpected(std::move(url.error()));
  auto asking = subject_token(options, file);
  const auto subject = co_await asking;
  if (!subject) co_return std::unexpected(subject.error());

  const TokenSource source{fmt::format("Google's security token service {}", url->authority()),
                           {*subject, json_string(file.json, {"client_secret"})}};
  Fetch request{.method = "POST", .url = *std::move(url), .lines = {}, .body = {}};
  request.lines = "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n";
  wire::append_form(request.body, "grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
  wire::append_form(request.body, "audience", *audience);
  wire::append_form(request.body, "scope", kCloudScope);
  wire::append_form(request.body, "requested_token_type", "urn:ietf:params:oauth:token-type:access_token");
  wire::append_form(request.body, "subject_token", *subject);
  wire::append_form(request.body, "subject_token_type", *subject_type);
  add_client(file, request);
  Ask question(std::move(request));
  const Reply reply = co_await question;
  auto federated = read_token(source, reply, kHints);
  if (!federated || json_string(file.json, {"service_account_impersonation_url"}).empty()) co_return federated;
  auto acting = impersonated_token(file, *federated);
  auto made = co_await acting;
  co_return made;
}

}  // namespace fw::cloud::google
