#include "wire/http1_names.h"

#include <array>
#include <cstddef>

#include "wire/http1_bytes.h"

namespace fw::wire {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Method::other) + 1> kMethods{
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", ""};

constexpr std::array<std::string_view, static_cast<std::size_t>(HeaderId::count_)> kNames{
    "",
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "expect",
    "upgrade",
    "te",
    "trailer",
    "content-type",
    "content-encoding",
    "accept",
    "accept-encoding",
    "authorization",
    "api-key",
    "x-api-key",
    "x-goog-api-key",
    "traceparent",
    "tracestate",
    "idempotency-key",
    "openai-beta",
    "openai-organization",
    "openai-project",
    "openai-processing-ms",
    "openai-version",
    "anthropic-beta",
    "anthropic-version",
    "x-client-request-id",
    "retry-after",
    "retry-after-ms",
    "x-should-retry",
    "x-request-id",
    "request-id",
    "apim-request-id",
    "x-ms-region",
    "x-ms-request-id",
    "x-amzn-requestid",
    "x-amzn-errortype",
    "x-ratelimit-limit-requests",
    "x-ratelimit-limit-tokens",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-remaining-tokens",
    "x-ratelimit-reset-requests",
    "x-ratelimit-reset-tokens",
    "azure-openai-deployment-utilization",
    "anthropic-ratelimit-requests-limit",
    "anthropic-ratelimit-requests-remaining",
    "anthropic-ratelimit-requests-reset",
    "anthropic-ratelimit-tokens-limit",
    "anthropic-ratelimit-tokens-remaining",
    "anthropic-ratelimit-tokens-reset",
    "location",
    "allow",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "www-authenticate",
    "user-agent",
    "server",
    "date",
    "cookie",
    "set-cookie",
    "origin",
    "cache-control",
    "etag",
    "if-none-match",
    "vary",
    "http2-settings",
    "x-forwarded-for",
    "session-id",
    "x-session-id",
    "x-claude-code-session-id",
    "x-fairway-tags"};

constexpr std::size_t kNameBytesMax = [] {
  std::size_t longest = 0;
  for (std::string_view name : kNames) longest = name.size() > longest ? name.size() : longest;
  return longest;
}();

// Ids ordered by length, each with its first and last character; first[n] is where length n starts.
struct ByLength {
  std::array<std::uint8_t, kNames.size()> ids{};
  std::array<std::array<unsigned char, 2>, kNames.size()> ends{};
  std::array<std::uint8_t, kNameBytesMax + 2> first{};
};

constexpr ByLength kByLength = [] {
  ByLength table;
  std::size_t at = 0;
  for (std::size_t length = 0; length <= kNameBytesMax; ++length) {
    table.first[length] = static_cast<std::uint8_t>(at);
    for (std::size_t id = 0; id < kNames.size(); ++id)
      if (kNames[id].size() == length) {
        table.ids[at] = static_cast<std::uint8_t>(id);
        if (length != 0)
          table.ends[at] = {static_cast<unsigned char>(kNames[id].front()),
                            static_cast<unsigned char>(kNames[id].back())};
        ++at;
      }
  }
  table.first[kNameBytesMax + 1] = static_cast<std::uint8_t>(at);
  return table;
}();

struct Phrase {
  int status;
  std::string_view text;
};

constexpr Phrase kPhrases[] = {{100, "Continue"},
                               {101, "Switching Protocols"},
                               {102, "Processing"},
                               {103, "Early Hints"},
                               {200, "OK"},
                               {201, "Created"},
                               {202, "Accepted"},
                               {203, "Non-Authoritative Information"},
                               {204, "No Content"},
                               {205, "Reset Content"},
                               {206, "Partial Content"},
                               {300, "Multiple Choices"},
                               {301, "Moved Permanently"},
                               {302, "Found"},
                               {303, "See Other"},
                               {304, "Not Modified"},
                               {307, "Temporary Redirect"},
                               {308, "Permanent Redirect"},
                               {400, "Bad Request"},
                               {401, "Unauthorized"},
                               {402, "Payment Required"},
                               {403, "Forbidden"},
                               {404, "Not Found"},
                               {405, "Method Not Allowed"},
                               {406, "Not Acceptable"},
                               {407, "Proxy Authentication Required"},
                               {408, "Request Timeout"},
                               {409, "Conflict"},
                               {410, "Gone"},
                               {411, "Length Required"},
                               {412, "Precondition Failed"},
                               {413, "Content Too Large"},
                               {414, "URI Too Long"},
                               {415, "Unsupported Media Type"},
                               {416, "Range Not Satisfiable"},
                               {417, "Expectation Failed"},
                               {421, "Misdirected Request"},
                               {422, "Unprocessable Content"},
                               {423, "Locked"},
                               {424, "Failed Dependency"},
                               {425, "Too Early"},
                               {426, "Upgrade Required"},
                               {428, "Precondition Required"},
                               {429, "Too Many Requests"},
                               {431, "Request Header Fields Too Large"},
                               {451, "Unavailable For Legal Reasons"},
                               {500, "Internal Server Error"},
                               {501, "Not Implemented"},
                               {502, "Bad Gateway"},
                               {503, "Service Unavailable"},
                               {504, "Gateway Timeout"},
                               {505, "HTTP Version Not Supported"},
                               {529, "Site Overloaded"}};

}  // namespace

Method method_of(std::string_view text) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(Method::other); ++i)
    if (kMethods[i] == text) return static_cast<Method>(i);
  return Method::other;
}

std::string_view method_text(Method method) { return kMethods[static_cast<std::size_t>(method)]; }

HeaderId header_id(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax) return HeaderId::other;
  const unsigned char first = bytes::lower(name.front());
  const unsigned char last = bytes::lower(name.back());
  const std::size_t end = kByLength.first[name.size() + 1];
  for (std::size_t i = kByLength.first[name.size()]; i < end; ++i) {
    if (kByLength.ends[i][0] != first || kByLength.ends[i][1] != last) continue;
    const std::size_t id = kByLength.ids[i];
    if (bytes::equal_lower(name, kNames[id])) return static_cast<HeaderId>(id);
  }
  return HeaderId::other;
}

std::string_view header_name(HeaderId id) { return kNames[static_cast<std::size_t>(id)]; }

std::string_view reason_phrase(int status) {
  if (status == 200) return "OK";
  for (const Phrase& phrase : kPhrases)
    if (phrase.status == status) return phrase.text;
  return "Unknown";
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (bytes::lower(a[i]) != bytes::lower(b[i])) return false;
  return true;
}

bool is_token(std::string_view text) {
  const char* const end = text.data() + text.size();
  return !text.empty() && bytes::token_end(text.data(), end) == end;
}

}  // namespace fw::wire
