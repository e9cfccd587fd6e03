#include "fake/fault_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "wire/http1_names.h"

namespace fw::fake {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(FaultKind::count_)> kKinds{
    "status", "lie",          "reset",   "stall", "drip",  "slow_start", "truncate", "error_event", "html",
    "half",   "wrong_length", "garbage", "close", "stale", "redirect",   "cut_off",  "no_usage",    "corrupt",
    "ignore_effort", "drop_tools", "seals", "unsupported"};

constexpr std::int64_t kHour = 3'600'000;

struct NumberField {
  std::string_view name;
  std::optional<std::int64_t> Fault::* member;
  std::int64_t low;
  std::int64_t high;
};
constexpr std::array kNumbers{
    NumberField{"status", &Fault::status, 200, 599},
    NumberField{"after", &Fault::after, 0, 1'000'000},
    NumberField{"ms", &Fault::ms, 0, kHour},
    NumberField{"bytes", &Fault::bytes, -1'000'000, 1'000'000},
    NumberField{"retry_after_ms", &Fault::retry_after_ms, 0, kHour * 24},
};

struct FlagField {
  std::string_view name;
  std::optional<bool> Fault::* member;
};
constexpr std::array kFlags{FlagField{"billed", &Fault::billed}, FlagField{"clean", &Fault::clean},
                            FlagField{"wrapped", &Fault::wrapped}};

struct TextField {
  std::string_view name;
  std::string Fault::* member;
};
constexpr std::array kTexts{
    TextField{"code", &Fault::code},         TextField{"type", &Fault::type},
    TextField{"message", &Fault::message},   TextField{"body", &Fault::body},
    TextField{"location", &Fault::location}, TextField{"path", &Fault::match_path},
    TextField{"field", &Fault::field},       TextField{"instead", &Fault::instead},
    TextField{"model", &Fault::match_model},
};

std::optional<std::int64_t> number_of(const FaultValue& value, std::int64_t low, std::int64_t high) {
  std::int64_t n = 0;
  const auto* const end = value.text.data() + value.text.size();
  const auto got = std::from_chars(value.text.data(), end, n);
  if (value.quoted || got.ec != std::errc{} || got.ptr != end || n < low || n > high) return std::nullopt;
  return n;
}

std::unexpected<std::string> wrong(std::string_view name, const FaultValue& value, std::string_view expected) {
  return std::unexpected(
      fmt::format("'{}' is {}, expected {}", name, value.text.empty() ? "empty" : value.text, expected));
}

std::expected<void, std::string> set_header(Fault& fault, std::string_view name, const FaultValue& value) {
  const bool plain = std::ranges::all_of(value.text, [](char c) { return c == '\t' || (c >= ' ' && c != 0x7f); });
  if (!wire::is_token(name) || !plain)
    return std::unexpected(fmt::format("header '{}' is no valid name with a value of one line", name));
  fault.headers.emplace_back(name, value.text);
  return {};
}

}  // namespace

std::string_view name(FaultKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::optional<FaultKind> fault_kind(std::string_view name) {
  const auto* const at = std::ranges::find(kKinds, name);
  if (at == kKinds.end()) return std::nullopt;
  return static_cast<FaultKind>(at - kKinds.begin());
}

std::string fault_kinds_text() { return fmt::format("{}", fmt::join(kKinds, ", ")); }

Error script_error(std::string_view place, std::string_view what) {
  return client_error(Code::invalid_value, fmt::format("{}: {}", place, what), std::string(place));
}

std::expected<void, std::string> set_fault_field(Fault& fault, std::string_view name, const FaultValue& value) {
  constexpr std::string_view kHeaderPrefix = "headers.";
  for (const auto& f : kNumbers)
    if (f.name == name) {
      const auto n = number_of(value, f.low, f.high);
      if (!n) return wrong(name, value, fmt::format("a whole number from {} to {}", f.low, f.high));
      fault.*f.member = *n;
      return {};
    }
  if (name == "times") {
    const auto n = number_of(value, 0, 1'000'000);
    if (!n) return wrong(name, value, "a whole number from 0 (until it is cleared) to 1000000");
    fault.times = *n;
    return {};
  }
  for (const auto& f : kFlags)
    if (f.name == name) {
      if (value.quoted || (value.text != "true" && value.text != "false")) return wrong(name, value, "true or false");
      fault.*f.member = value.text == "true";
      return {};
    }
  for (const auto& f : kTexts)
    if (f.name == name) {
      fault.*f.member = value.text;
      return {};
    }
  if (name.starts_with(kHeaderPrefix)) return set_header(fault, name.substr(kHeaderPrefix.size()), value);
  return std::unexpected(
      fmt::format("there is no '{}'; expected times, status, after, ms, bytes, retry_after_ms, billed, clean, wrapped, "
                  "code, type, message, "
                  "body, location, field, instead, headers, path or model",
                  name));
}

std::expected<void, std::string> check_fault(const Fault& fault) {
  if (fault.kind == FaultKind::status && !fault.status)
    return std::unexpected("the kind 'status' needs a status such as 503");
  if (fault.kind == FaultKind::seals && fault.code.empty()) return std::unexpected("the kind 'seals' needs a code that its encrypted content begins with");
  if (fault.kind == FaultKind::unsupported && fault.field.empty())
    return std::unexpected("the kind 'unsupported' needs a field such as max_tokens");
  if (fault.kind == FaultKind::drip && fault.bytes && *fault.bytes < 1)
    return std::unexpected("'bytes' of a drip must be at least 1");
  if (fault.location.find_first_of("\r\n") != std::string::npos) return std::unexpected("'location' must be one line");
  return {};
}

}  // namespace fw::fake
