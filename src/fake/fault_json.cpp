#include <fmt/format.h>

#include "fake/fault_field.h"
#include "wire/json.h"

namespace fw::fake {
namespace {

constexpr int kFaultDepthMax = 8;

std::expected<FaultValue, std::string> value_of(std::string_view name, const wire::JsonMember& m) {
  using wire::JsonKind;
  if (m.kind == JsonKind::number || m.kind == JsonKind::boolean) return FaultValue{std::string(m.value), false};
  if (m.kind != JsonKind::string)
    return std::unexpected(
        fmt::format("'{}' is {}, expected a string, a number or a boolean", name, m.value.substr(0, 40)));
  FaultValue value;
  value.quoted = true;
  if (!wire::json_unescape(wire::json_text(m.value), value.text))
    return std::unexpected(fmt::format("'{}' has a bad escape", name));
  return value;
}

// Every member of an object becomes the field `prefix` + its key.
std::expected<void, std::string> take_members(Fault& fault, std::string_view object, std::string_view prefix) {
  wire::JsonObject members(object, kFaultDepthMax);
  wire::JsonMember m;
  while (members.next(m)) {
    const auto field = std::string(prefix) + std::string(m.key);
    auto value = value_of(field, m);
    if (!value) return std::unexpected(value.error());
    const auto set = set_fault_field(fault, field, *value);
    if (!set) return set;
  }
  return {};
}

std::expected<void, std::string> take_member(Fault& fault, const wire::JsonMember& m) {
  if (m.key == "match" || m.key == "headers") {
    if (m.kind != wire::JsonKind::object) return std::unexpected(fmt::format("'{}' must be an object", m.key));
    return take_members(fault, m.value, m.key == "match" ? "" : "headers.");
  }
  auto value = value_of(m.key, m);
  if (!value) return std::unexpected(value.error());
  if (m.key != "kind") return set_fault_field(fault, m.key, *value);
  const auto kind = fault_kind(value->text);
  if (!kind)
    return std::unexpected(fmt::format("'{}' is no kind of fault; expected {}", value->text, fault_kinds_text()));
  fault.kind = *kind;
  return {};
}

std::expected<Fault, std::string> read_fault(std::string_view object) {
  Fault fault;
  bool has_kind = false;
  wire::JsonObject members(object, kFaultDepthMax);
  wire::JsonMember m;
  while (members.next(m)) {
    has_kind = has_kind || m.key == "kind";
    const auto taken = take_member(fault, m);
    if (!taken) return std::unexpected(taken.error());
  }
  if (members.error()) return std::unexpected("expected an object");
  if (!has_kind) return std::unexpected(fmt::format("'kind' is missing; expected {}", fault_kinds_text()));
  const auto fine = check_fault(fault);
  if (!fine) return std::unexpected(fine.error());
  return fault;
}

void write_numbers(wire::JsonWriter& w, const Fault& f) {
  const auto number = [&w](std::string_view name, const std::optional<std::int64_t>& n) {
    if (n) w.member(name, *n);
  };
  number("status", f.status);
  number("after", f.after);
  number("ms", f.ms);
  number("bytes", f.bytes);
  number("retry_after_ms", f.retry_after_ms);
  if (f.billed) w.member("billed", *f.billed);
  if (f.clean) w.member("clean", *f.clean);
  if (f.wrapped) w.member("wrapped", *f.wrapped);
}

void write_texts(wire::JsonWriter& w, const Fault& f) {
  const auto text = [&w](std::string_view name, const std::string& s) {
    if (!s.empty()) w.member(name, s);
  };
  text("code", f.code);
  text("type", f.type);
  text("message", f.message);
  text("body", f.body);
  text("location", f.location);
  text("field", f.field);
  text("instead", f.instead);
  if (!f.headers.empty()) {
    w.key("headers").begin_object();
    for (const auto& [name, value] : f.headers) w.member(name, value);
    w.end_object();
  }
  if (f.match_path.empty() && f.match_model.empty()) return;
  w.key("match").begin_object();
  text("path", f.match_path);
  text("model", f.match_model);
  w.end_object();
}

}  // namespace

Result<std::vector<Fault>> parse_faults_json(std::string_view text) {
  if (text.size() > kScriptBytesMax)
    return std::unexpected(script_error("faults", fmt::format("{} bytes, at most {}", text.size(), kScriptBytesMax)));
  if (const auto bad = wire::json_check(text, kFaultDepthMax))
    return std::unexpected(script_error("faults", fmt::format("offset {}: {}", bad->offset, wire::say(bad->fault))));
  auto list = text;
  const auto first = text.find_first_not_of(" \t\r\n");
  if (text[first] == '{') {
    const auto found = wire::json_find(text, {"faults"});
    if (!found) return std::unexpected(script_error("faults", "expected {\"faults\":[…]}"));
    list = *found;
  }
  std::vector<Fault> faults;
  wire::JsonArray entries(list, kFaultDepthMax);
  wire::JsonMember entry;
  while (entries.next(entry)) {
    auto fault = read_fault(entry.value);
    if (!fault) return std::unexpected(script_error(fmt::format("faults[{}]", faults.size()), fault.error()));
    faults.push_back(std::move(*fault));
    if (faults.size() > kFaultsMax)
      return std::unexpected(script_error("faults", fmt::format("more than {}", kFaultsMax)));
  }
  if (entries.error()) return std::unexpected(script_error("faults", "expected an array"));
  return faults;
}

std::string faults_json(const std::vector<Fault>& faults) {
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().key("faults").begin_array();
  for (const auto& f : faults) {
    w.begin_object().member("kind", name(f.kind)).member("times", f.times);
    write_numbers(w, f);
    write_texts(w, f);
    w.end_object();
  }
  w.end_array().end_object();
  return out;
}

bool FaultQueue::add(std::vector<Fault> faults) {
  if (waiting_.size() + faults.size() > kFaultsMax) return false;
  for (auto& f : faults) waiting_.push_back(std::move(f));
  return true;
}

std::optional<Fault> FaultQueue::take(std::string_view path, std::string_view model) {
  for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
    if (!at->match_path.empty() && path.find(at->match_path) == std::string_view::npos) continue;
    if (!at->match_model.empty() && at->match_model != model) continue;
    if (at->times == 0) return *at;
    if (at->times > 1) {
      --at->times;
      return *at;
    }
    auto fault = std::move(*at);
    waiting_.erase(at);
    return fault;
  }
  return std::nullopt;
}

}  // namespace fw::fake
