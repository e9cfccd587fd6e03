#include "route/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <utility>

#include "route/compact.h"
#include "route/record_fields.h"
#include "wire/json.h"
#include "wire/json_write.h"

namespace fw::route {
namespace {

using wire::JsonMember;
using wire::JsonWriter;

constexpr int kDepth = 8;

// The lists of an Among under their names.
auto parts(auto& among) {
  using Part = std::pair<std::string_view, decltype(&among.clouds)>;
  return std::array{Part{"clouds", &among.clouds}, Part{"providers", &among.providers}, Part{"deployments", &among.deployments}};
}

struct Write {
  JsonWriter& json;
  void operator()(std::string_view key, std::string_view text) { json.member(key, text); }
  void operator()(std::string_view key, const std::string& text) { json.member(key, text); }
  void operator()(std::string_view key, bool value) { json.member(key, value); }
  // Beyond 2^53 readers of other languages would round it.
  void operator()(std::string_view key, std::uint64_t value) { json.member(key, fmt::to_string(value)); }
  template <std::integral T>
  void operator()(std::string_view key, T value) { json.member(key, static_cast<std::int64_t>(value)); }
  void operator()(std::string_view key, health::BreakerState state) { json.member(key, name(state)); }
  void operator()(std::string_view key, dialect::Operation operation) { json.member(key, dialect::name(operation)); }
  void operator()(std::string_view key, dialect::Effort effort) { json.member(key, name(effort)); }
  void operator()(std::string_view key, Tier tier) { json.member(key, name(tier)); }
  void operator()(std::string_view key, Prefer prefer) { json.member(key, name(prefer)); }
  void operator()(std::string_view key, Lossy lossy) { json.member(key, name(lossy)); }
  void operator()(std::string_view key, const dialect::Needs& needs) {
    json.key(key).begin_array();
    for (std::size_t i = 0; i < dialect::kNeeds; ++i)
      if (needs.test(i)) json.string(dialect::name(static_cast<dialect::Need>(i)));
    json.end_array();
  }
  void operator()(std::string_view key, const std::vector<std::string>& texts) {
    json.key(key).begin_array();
    for (const auto& text : texts) json.string(text);
    json.end_array();
  }
  void operator()(std::string_view key, const Among& among) {
    json.key(key).begin_object();
    for (const auto& [part, names] : parts(among))
      if (!names->empty()) (*this)(part, *names);
    json.end_object();
  }
  void operator()(std::string_view key, const std::vector<ShareCap>& caps) {
    json.key(key).begin_object();
    for (const auto& cap : caps) json.member(cap.cloud, std::int64_t{cap.share});
    json.end_object();
  }
};

template <class Enum>
bool read_word(std::string_view word, Enum last, Enum& into) {
  for (int i = 0; i <= static_cast<int>(last); ++i)
    if (name(static_cast<Enum>(i)) == word) {
      into = static_cast<Enum>(i);
      return true;
    }
  return false;
}

// One JSON value into a field; false: not of its kind.
// A view keeps the escapes of what it was read from; only names hold any, and only unusual ones.
bool read(const JsonMember& m, std::string_view& into) {
  into = wire::json_text(m.value);
  return m.kind == wire::JsonKind::string;
}
bool read(const JsonMember& m, std::string& into) {
  into.clear();
  return m.kind == wire::JsonKind::string && wire::json_unescape(wire::json_text(m.value), into);
}
bool read(const JsonMember& m, bool& into) {
  into = m.value == "true";
  return m.kind == wire::JsonKind::boolean;
}
bool read(const JsonMember& m, std::uint64_t& into) {
  const auto text = wire::json_text(m.value);
  return std::from_chars(text.data(), text.data() + text.size(), into).ec == std::errc();
}
template <std::integral T>
bool read(const JsonMember& m, T& into) {
  const auto value = wire::json_int(m.value);
  if (!value || !std::in_range<T>(*value)) return false;
  into = static_cast<T>(*value);
  return true;
}
bool read(const JsonMember& m, health::BreakerState& into) { return read_word(wire::json_text(m.value), health::BreakerState::probing, into); }
bool read(const JsonMember& m, dialect::Operation& into) {
  for (int i = 0; i < 6; ++i)
    if (dialect::name(static_cast<dialect::Operation>(i)) == wire::json_text(m.value)) {
      into = static_cast<dialect::Operation>(i);
      return true;
    }
  return false;
}
bool read(const JsonMember& m, dialect::Effort& into) { return read_word(wire::json_text(m.value), dialect::Effort::other, into); }
bool read(const JsonMember& m, Tier& into) { return read_word(wire::json_text(m.value), Tier::other, into); }
bool read(const JsonMember& m, Prefer& into) { return read_word(wire::json_text(m.value), Prefer::weighted, into); }
bool read(const JsonMember& m, Lossy& into) { return read_word(wire::json_text(m.value), Lossy::allow, into); }
bool read(const JsonMember& m, dialect::Needs& into) {
  into.reset();
  wire::JsonArray list(m.value, kDepth);
  for (JsonMember item; list.next(item);) {
    const auto need = dialect::need_of(wire::json_text(item.value));
    if (!need) return false;
    set(into, *need);
  }
  return m.kind == wire::JsonKind::array;
}
bool read(const JsonMember& m, std::vector<std::string>& into) {
  wire::JsonArray list(m.value, kDepth);
  for (JsonMember item; list.next(item);)
    if (!read(item, into.emplace_back())) return false;
  return m.kind == wire::JsonKind::array;
}
bool read(const JsonMember& m, Among& into) {
  wire::JsonObject members(m.value, kDepth);
  for (JsonMember item; members.next(item);)
    for (const auto& [part, names] : parts(into))
      if (item.key == part && !read(item, *names)) return false;
  return m.kind == wire::JsonKind::object;
}
bool read(const JsonMember& m, std::vector<ShareCap>& into) {
  wire::JsonObject members(m.value, kDepth);
  for (JsonMember item; members.next(item);)
    if (!read(item, into.emplace_back(ShareCap{std::string(item.key), 0}).share)) return false;
  return m.kind == wire::JsonKind::object;
}

// Fields that are missing keep their defaults: older records know fewer.
template <class T>
std::optional<std::string> read_fields(std::string_view object, T& into) {
  std::optional<std::string> wrong;
  wire::JsonObject members(object, kDepth);
  for (JsonMember m; !wrong && members.next(m);)
    visit(into, [&](std::string_view key, auto& field) {
      if (key == m.key && !read(m, field)) wrong = fmt::format("{}: {}", key, m.value.substr(0, 100));
    });
  return wrong;
}

bool read(const JsonMember& m, Ranked& into) {
  std::string_view verdict;
  wire::JsonObject members(m.value, kDepth);
  bool good = true;
  for (JsonMember item; good && members.next(item);) {
    if (item.key == "place") good = read(item, into.place);
    if (item.key == "score") good = read(item, into.score);
    if (item.key == "verdict") good = read(item, verdict);
  }
  const auto known = verdict_of(verdict);
  if (known) into.verdict = *known;
  return good && known;
}

Error unreadable(std::string_view what) {
  return Error{Code::invalid_value, Origin::client, Retry::never,
               fmt::format("found {}, expected a decision as GET /admin/v1/decisions prints it", what), {}, 0};
}

std::optional<std::string> read_top(const JsonMember& m, Recorded& into) {
  auto& d = into.decision;
  const auto wrong = [&m] { return fmt::format("{}: {}", m.key, m.value.substr(0, 100)); };
  if (m.key == "policy") return read_fields(m.value, into.policy);
  if (m.key == "question") return read_fields(m.value, d.question);
  if (m.key == "seen") {
    wire::JsonArray list(m.value, kDepth);
    for (JsonMember item; list.next(item);)
      if (auto fault = read_fields(item.value, d.seen.emplace_back())) return fault;
    return std::nullopt;
  }
  if (m.key == "ranked") {
    wire::JsonArray list(m.value, kDepth);
    for (JsonMember item; list.next(item);)
      if (!read(item, d.ranked.emplace_back())) return wrong();
    return std::nullopt;
  }
  bool good = true;
  if (m.key == "request_id") good = read(m, into.request_id);
  if (m.key == "time") good = read(m, into.time);
  if (m.key == "model") good = read(m, into.model);
  if (m.key == "tried") good = read(m, d.tried);
  if (m.key == "reference") good = read(m, d.reference);
  return good ? std::nullopt : std::optional(wrong());
}

}  // namespace

void write_record(const Recorded& recorded, std::string& out) {
  const auto& d = recorded.decision;
  JsonWriter json(out);
  Write field{json};
  json.begin_object().member("request_id", recorded.request_id).member("time", recorded.time).member("model", recorded.model);
  json.key("policy").begin_object();
  visit(recorded.policy, field);
  json.end_object().key("question").begin_object();
  visit(d.question, field);
  json.end_object().key("seen").begin_array();
  for (const auto& s : d.seen) {
    json.begin_object();
    visit(s, field);
    json.end_object();
  }
  json.end_array().key("ranked").begin_array();
  for (const auto& r : d.ranked)
    json.begin_object().member("place", std::int64_t{r.place}).member("verdict", name(r.verdict)).member("score", r.score).end_object();
  json.end_array().member("tried", std::int64_t{d.tried}).member("reference", d.reference).end_object();
}

Result<Recorded> read_record(std::string_view line) {
  if (wire::json_check(line, kDepth)) return std::unexpected(unreadable("a line that is no JSON object"));
  Recorded out;
  out.decision.tried = 0;
  wire::JsonObject members(line, kDepth);
  for (JsonMember m; members.next(m);)
    if (const auto wrong = read_top(m, out)) return std::unexpected(unreadable(*wrong));
  if (out.request_id.empty() || out.decision.seen.size() > kCandidatesMax) return std::unexpected(unreadable("a line without a request_id, or with too many deployments"));
  for (const auto& r : out.decision.ranked)
    if (r.place >= out.decision.seen.size()) return std::unexpected(unreadable("a rank of a place that was not seen"));
  return out;
}

std::string policy_text(const Policy& policy) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  visit(policy, Write{json});
  json.end_object();
  return out;
}

Result<Policy> read_policy(std::string_view text) {
  Policy out;
  if (wire::json_check(text, kDepth)) return std::unexpected(unreadable("a policy that is no JSON object"));
  if (const auto wrong = read_fields(text, out)) return std::unexpected(unreadable(*wrong));
  return out;
}

std::string difference(const Recorded& recorded) {
  auto again = recorded.decision;
  decide(again, recorded.policy);
  const auto& was = recorded.decision;
  const auto told = [&](const Decision& d, std::size_t i) {
    if (i >= d.ranked.size()) return std::string("nothing");
    const auto& r = d.ranked[i];
    return fmt::format("{} ({}, score {})", d.seen[r.place].name, name(r.verdict), r.score);
  };
  for (std::size_t i = 0; i < std::max(was.ranked.size(), again.ranked.size()); ++i)
    if (i >= was.ranked.size() || i >= again.ranked.size() || was.ranked[i] != again.ranked[i])
      return fmt::format("rank {}: recorded {}, decided again {}", i + 1, told(was, i), told(again, i));
  if (was.tried != again.tried || was.reference != again.reference)
    return fmt::format("recorded {} to try against {}, decided again {} against {}", was.tried, was.reference, again.tried, again.reference);
  return {};
}

}  // namespace fw::route
