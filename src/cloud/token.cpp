#include "cloud/token.h"

#include <algorithm>

#include <fmt/format.h>

#include "cloud/openai_http/request.h"
#include "wire/json.h"

namespace fw::cloud {
namespace {

constexpr int kJsonDepthMax = 32;
constexpr std::size_t kWordsBytesMax = 600;
constexpr std::size_t kTokenBytesMax = 16 * 1024;
constexpr std::size_t kMaskedBytesMin = 4;  // shorter ones would mask ordinary words
// What claims to live longer is asked again after a year.
constexpr std::int64_t kLifetimeSecondsMax = 366 * 86'400;

std::string masked(std::string text, std::span<const std::string> secrets) {
  for (const std::string& secret : secrets) {
    if (secret.size() < kMaskedBytesMin) continue;
    for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at + 3))
      text.replace(at, secret.size(), "***");
  }
  return text;
}

// On one line, cut between characters.
std::string tidied(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  const auto doubled = std::ranges::unique(text, [](char a, char b) { return a == ' ' && b == ' '; });
  text.erase(doubled.begin(), doubled.end());
  while (text.ends_with(' ')) text.pop_back();
  if (text.size() <= kWordsBytesMax) return text;
  std::size_t end = kWordsBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text + "…";
}

std::string joined(std::string first, const std::string& second) {
  if (!first.empty() && !second.empty()) first += ": ";
  return first + second;
}

// OAuth's two members; an error object as Google writes it; a message as App Service and AWS write it.
std::string json_words(std::string_view body) {
  if (auto error = json_string(body, {"error"}); !error.empty())
    return joined(std::move(error), json_string(body, {"error_description"}));
  auto status = json_string(body, {"error", "status"});
  if (status.empty()) status = json_string(body, {"error", "code"});
  if (auto words = joined(std::move(status), json_string(body, {"error", "message"})); !words.empty()) return words;
  auto message = json_string(body, {"message"});
  return message.empty() ? json_string(body, {"Message"}) : message;
}

std::string own_words(std::string_view body) {
  if (is_json_object(body)) return json_words(body);
  const auto shape = shape_of(body);
  if (shape != "no JSON") return std::string(shape);
  return std::string(body.substr(0, 4 * kWordsBytesMax));
}

std::optional<std::int64_t> seconds_of(std::string_view object, std::string_view name) {
  if (name.empty()) return std::nullopt;
  const auto token = wire::json_find(object, {name});
  if (!token) return std::nullopt;
  if (const auto number = wire::json_int(*token)) return number;
  const auto text = wire::json_text(*token);
  if (const auto number = wire::json_int(text)) return number;
  if (const auto time = parse_rfc3339(text)) return time->seconds();
  return std::nullopt;
}

std::uint32_t retry_after_ms(const Reply& reply) {
  for (const auto& [name, value] : reply.fields) {
    const auto seconds = name == "retry-after" ? wire::json_int(value) : std::nullopt;
    if (seconds && *seconds > 0) return static_cast<std::uint32_t>(std::min<std::int64_t>(*seconds, 3600) * 1000);
  }
  return 0;
}

std::unexpected<Error> unfit(const TokenSource& source, std::string_view found, std::string_view expected) {
  return std::unexpected(
      token_error(fmt::format("{} answered 200: found {}, expected {}", source.who, found, expected)));
}

// When the token of a valid answer ends.
Result<WallTime> end_of(const TokenSource& source, const Reply& reply, const TokenNames& names) {
  const std::int64_t now_s = reply.now.seconds();
  std::int64_t end_s = 0;
  if (const auto on = seconds_of(reply.body, names.expires_on)) {
    end_s = *on;
  } else if (const auto in = seconds_of(reply.body, names.expires_in)) {
    end_s = now_s + std::clamp(*in, -kLifetimeSecondsMax, kLifetimeSecondsMax);
  } else {
    const auto name = names.expires_in.empty() ? names.expires_on : names.expires_in;
    return unfit(source, fmt::format("a token without {}", name), "a token that says how long it lives");
  }
  end_s = std::min(end_s, now_s + kLifetimeSecondsMax);
  const WallTime end{std::max<std::int64_t>(end_s, 0) * kSecondNs};
  if (end.ns <= reply.now.ns)
    return unfit(source, fmt::format("a token that expired at {}", rfc3339_text(end)),
                 fmt::format("one that lives beyond {}; is this machine's clock right?", rfc3339_text(reply.now)));
  return end;
}

}  // namespace

Error token_error(std::string message, std::uint32_t retry_after_ms) {
  return {Code::internal_error, Origin::provider, Retry::elsewhere, std::move(message), {}, retry_after_ms};
}

Error token_refused(const TokenSource& source, const Reply& reply, std::span<const TokenHint> hints) {
  if (reply.status == 0) return token_error(fmt::format("{} gave no answer: {}", source.who, reply.failure));
  // Masked before it is cut, so that no half of a secret is left.
  std::string words = tidied(masked(own_words(reply.body), source.secrets));
  if (words.empty()) words = "a body without words";
  const auto hint = std::ranges::find_if(hints, [&](const TokenHint& row) { return words.contains(row.words); });
  if (hint != hints.end()) words.append(" (").append(hint->hint).append(")");
  return token_error(fmt::format("{} answered {}: {}", source.who, reply.status, words), retry_after_ms(reply));
}

Result<Credential> read_token(const TokenSource& source, const Reply& reply, std::span<const TokenHint> hints,
                              const TokenNames& names) {
  if (reply.status != 200) return std::unexpected(token_refused(source, reply, hints));
  if (!is_json_object(reply.body))
    return unfit(source, shape_of(reply.body), fmt::format("a JSON object with {}", names.token));
  Credential made;
  made.bearer = json_string(reply.body, {names.token});
  if (made.bearer.empty()) {
    if (!json_words(reply.body).empty()) return std::unexpected(token_refused(source, reply, hints));
    return unfit(source, fmt::format("JSON without {}", names.token), "a token");
  }
  if (!is_token_text(made.bearer)) return unfit(source, "a token of other characters", "visible ASCII, at most 16 KiB");
  const auto type = json_string(reply.body, {"token_type"});
  if (!type.empty() && !wire::equal_ignoring_case(type, "bearer"))
    return unfit(source, "a token of another type", "a bearer token");
  auto end = end_of(source, reply, names);
  if (!end) return std::unexpected(std::move(end.error()));
  made.expires = *end;
  made.refresh_at = refresh_time(reply.now, *end);
  const auto refresh_in = seconds_of(reply.body, "refresh_in");
  if (refresh_in && *refresh_in > 0 && *refresh_in < kLifetimeSecondsMax)
    made.refresh_at = std::min(made.refresh_at, WallTime{reply.now.ns + *refresh_in * kSecondNs});
  return made;
}

std::string json_string(std::string_view object, std::initializer_list<std::string_view> path) {
  std::string out;
  const auto token = wire::json_find(object, path);
  if (token) (void)wire::json_unescape(wire::json_text(*token), out);
  return out;
}

bool is_json_object(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r\n");
  return start != text.npos && text[start] == '{' && !wire::json_check(text, kJsonDepthMax);
}

std::string_view shape_of(std::string_view body) {
  const auto start = body.find_first_not_of(" \t\r\n");
  if (start == body.npos) return "an empty body";
  if (body[start] == '<') return "HTML or XML";
  return wire::json_check(body, kJsonDepthMax) ? "no JSON" : "JSON";
}

bool is_token_text(std::string_view text) {
  return !text.empty() && text.size() <= kTokenBytesMax &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

Result<wire::Url> token_url(const ProviderSettings& settings, std::string_view setting, std::string_view text,
                            std::span<const std::string_view> tls_only) {
  auto url = wire::parse_url(text);
  if (!url) return openai_http::wrong_setting(settings, setting, url.error());
  const auto guarded = [&url](std::string_view host) { return url->host.ends_with(host); };
  if (!url->tls && std::ranges::any_of(tls_only, guarded))
    return openai_http::wrong_setting(
        settings, setting,
        fmt::format("found http for {}, expected https: a secret would travel in the clear", url->host));
  return *std::move(url);
}

const std::string* extra_setting(const ProviderSettings& settings, std::string_view name) {
  const auto found = settings.extra.find(std::string(name));
  return found == settings.extra.end() ? nullptr : &found->second;
}

std::optional<std::string> variable(const Surroundings& surroundings, std::string_view name) {
  if (!surroundings.variable) return std::nullopt;
  auto value = surroundings.variable(name);
  if (value && value->empty()) value.reset();
  return value;
}

}  // namespace fw::cloud
