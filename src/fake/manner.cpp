#include "fake/manner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "fake/clouds.h"

namespace fw::fake {
namespace {

constexpr std::string_view kBearer = "Bearer ";

std::expected<Place, Refusal> only(const wire::RequestHead& head, wire::Method method, Place place) {
  if (head.method == method) return place;
  return std::unexpected(wrong_method(head.method_text, head.path));
}

std::expected<Place, Refusal> place_response(const wire::RequestHead& head, std::string_view id) {
  constexpr std::string_view kCancel = "/cancel";
  if (id.ends_with(kCancel)) {
    id.remove_suffix(kCancel.size());
    if (!id.empty() && id.find('/') == std::string_view::npos)
      return only(head, wire::Method::post, {Endpoint::response_cancel, {}, id});
  }
  if (id.empty() || id.find('/') != std::string_view::npos)
    return std::unexpected(unknown_path(head.method_text, head.path));
  if (head.method == wire::Method::del) return Place{Endpoint::response_delete, {}, id};
  return only(head, wire::Method::get, {Endpoint::response_get, {}, id});
}

}  // namespace

std::expected<Place, Refusal> place_below(const wire::RequestHead& head, std::string_view rest) {
  constexpr std::string_view kResponses = "responses/";
  constexpr std::string_view kModels = "models/";
  if (rest == "chat/completions") return only(head, wire::Method::post, {Endpoint::chat, {}, {}});
  if (rest == "responses") return only(head, wire::Method::post, {Endpoint::responses, {}, {}});
  if (rest == "embeddings") return only(head, wire::Method::post, {Endpoint::embeddings, {}, {}});
  if (rest == "models") return only(head, wire::Method::get, {Endpoint::models, {}, {}});
  if (rest.starts_with(kResponses)) return place_response(head, rest.substr(kResponses.size()));
  if (rest.starts_with(kModels))
    return only(head, wire::Method::get, {Endpoint::model_get, {}, rest.substr(kModels.size())});
  return std::unexpected(unknown_path(head.method_text, head.path));
}

std::string_view bearer(std::span<const wire::HeaderField> fields) {
  auto value = wire::field_value(fields, wire::HeaderId::authorization);
  if (value.size() <= kBearer.size() || !wire::equal_ignoring_case(value.substr(0, kBearer.size()), kBearer)) return {};
  return value.substr(kBearer.size());
}

KeyVerdict judge(std::string_view given, std::span<const std::string> keys) {
  if (keys.empty()) return KeyVerdict::good;
  if (given.empty()) return KeyVerdict::missing;
  return std::ranges::find(keys, given) == keys.end() ? KeyVerdict::wrong : KeyVerdict::good;
}

void add_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void add_line(std::string& out, std::string_view name, std::int64_t value) {
  const fmt::format_int text(value);
  add_line(out, name, std::string_view(text.data(), text.size()));
}

void Manner::add_retry_lines(std::string& out, std::int64_t retry_after_ms) const {
  add_line(out, "retry-after", (retry_after_ms + 999) / 1000);
  add_line(out, "retry-after-ms", retry_after_ms);
}

std::span<const Manner* const> manners() {
  static const std::array<const Manner*, 6> all{&openai_manner(),  &azure_manner(),  &compatible_manner(),
                                                &bedrock_manner(), &vertex_manner(), &tokens_manner()};
  return all;
}

const Manner* manner_of(std::string_view cloud) {
  const auto all = manners();
  const auto at = std::ranges::find(all, cloud, [](const Manner* m) { return m->name(); });
  return at == all.end() ? nullptr : *at;
}

}  // namespace fw::fake
