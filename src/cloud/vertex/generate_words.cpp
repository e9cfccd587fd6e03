#include "cloud/vertex/generate_words.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "wire/json.h"

namespace fw::cloud::vertex {
namespace {

using dialect::Finish;
using dialect::Usage;

constexpr int kDepthMax = 32;
constexpr std::int64_t kCountMax = 1'000'000'000'000;

constexpr std::array<FinishRow, 21> kFinishes{{
    {"STOP", Finish::stop, false},
    {"MAX_TOKENS", Finish::length, false},
    {"CONTINUATION", Finish::length, false},  // the request's cap, before maxOutputTokens
    {"SAFETY", Finish::content_filter, false},
    {"RECITATION", Finish::content_filter, false},
    {"BLOCKLIST", Finish::content_filter, false},
    {"PROHIBITED_CONTENT", Finish::content_filter, false},
    {"SPII", Finish::content_filter, false},
    {"IMAGE_SAFETY", Finish::content_filter, false},
    {"IMAGE_PROHIBITED_CONTENT", Finish::content_filter, false},
    {"IMAGE_RECITATION", Finish::content_filter, false},
    {"IMAGE_OTHER", Finish::content_filter, false},
    {"LANGUAGE", Finish::other, false},
    {"NO_IMAGE", Finish::other, false},
    {"OTHER", Finish::other, false},
    {"MALFORMED_FUNCTION_CALL", Finish::other, true},
    {"UNEXPECTED_TOOL_CALL", Finish::other, true},
    {"TOO_MANY_TOOL_CALLS", Finish::other, true},
    {"MALFORMED_RESPONSE", Finish::other, true},
    {"FINISH_REASON_UNSPECIFIED", Finish::other, false},
    {"", Finish::other, false},  // any other
}};

struct TierRow {
  std::string_view traffic;
  std::string_view tier;
};
constexpr std::array<TierRow, 5> kTiers{{{"ON_DEMAND", "default"},
                                         {"ON_DEMAND_PRIORITY", "priority"},
                                         {"ON_DEMAND_FLEX", "flex"},
                                         {"ON_DEMAND_OFFPEAK", "offpeak"},
                                         {"PROVISIONED_THROUGHPUT", "provisioned"}}};

struct Counts {
  std::int64_t prompt = 0;
  std::int64_t cached = 0;
  std::int64_t candidates = 0;
  std::int64_t thoughts = 0;
  std::int64_t tools = 0;
  std::int64_t total = -1;
  std::int64_t audio_in = 0;  // of the prompt, less what was cached
  std::int64_t image_in = 0;
  std::int64_t audio_out = 0;
  bool reported = false;
  bool bad = false;
};

void take(const wire::JsonMember& member, std::int64_t& into, Counts& counts) {
  if (member.kind == wire::JsonKind::null) return;
  const auto count = wire::json_int(member.value);
  if (!count || *count < 0 || *count > kCountMax) {
    counts.bad = true;
    return;
  }
  into = *count;
  counts.reported = true;
}

// Tokens of one modality in a list of {modality, tokenCount}.
std::int64_t of_modality(std::string_view list, std::string_view modality) {
  if (!list.starts_with('[')) return 0;
  std::int64_t sum = 0;
  wire::JsonArray rows(list, kDepthMax);
  for (wire::JsonMember row; rows.next(row);) {
    if (row.kind != wire::JsonKind::object) continue;
    const auto word = wire::json_find(row.value, {"modality"});
    const auto count = wire::json_int(wire::json_find(row.value, {"tokenCount"}).value_or(""));
    if (word && wire::json_text(*word) == modality && count) sum += std::clamp<std::int64_t>(*count, 0, kCountMax);
  }
  return std::min(sum, kCountMax);
}

void read_modalities(std::string_view object, Counts& counts) {
  const auto list = [object](std::string_view key) { return wire::json_find(object, {key}).value_or(""); };
  const std::string_view prompt = list("promptTokensDetails");
  const std::string_view cached = list("cacheTokensDetails");
  const auto fresh = [&](std::string_view modality) {
    return std::max<std::int64_t>(of_modality(prompt, modality) - of_modality(cached, modality), 0);
  };
  counts.audio_in = fresh("AUDIO");
  counts.image_in = fresh("IMAGE");
  counts.audio_out = of_modality(list("candidatesTokensDetails"), "AUDIO");
}

// Takes up to `wanted` out of `rest`; a part larger than the whole is cut and noted.
std::int64_t carve(std::int64_t& rest, std::int64_t wanted, bool& inconsistent) {
  const std::int64_t part = std::min(wanted, rest);
  inconsistent |= part != wanted;
  rest -= part;
  return part;
}

// {"token","logprob","bytes" and, for the chosen ones, "top_logprobs"}.
void write_token(std::string_view candidate, wire::JsonWriter& out) {
  const auto token = wire::json_find(candidate, {"token"});
  const auto logprob = wire::json_find(candidate, {"logProbability"});
  const bool numeric = logprob && (logprob->front() == '-' || (logprob->front() >= '0' && logprob->front() <= '9'));
  std::string text;
  wire::json_unescape(wire::json_text(token.value_or("")), text);
  out.key("token").string(text).key("logprob").raw(numeric ? *logprob : "0").key("bytes").begin_array();
  for (const char c : text) out.number(static_cast<unsigned char>(c));
  out.end_array();
}

void write_top(std::string_view alternatives, wire::JsonWriter& out) {
  out.key("top_logprobs").begin_array();
  const auto list = wire::json_find(alternatives, {"candidates"}).value_or("");
  if (list.starts_with('[')) {
    wire::JsonArray rows(list, kDepthMax);
    for (wire::JsonMember row; rows.next(row);) {
      if (row.kind != wire::JsonKind::object) continue;
      out.begin_object();
      write_token(row.value, out);
      out.end_object();
    }
  }
  out.end_array();
}

std::int64_t digits(std::string_view text, std::size_t at, std::size_t count) {
  std::int64_t value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

const FinishRow& finish_of(std::string_view reason) {
  const auto row = std::ranges::find(kFinishes, reason, &FinishRow::reason);
  return row == kFinishes.end() ? kFinishes.back() : *row;
}

Usage read_generate_usage(std::string_view object) {
  Usage usage;
  if (!object.starts_with('{')) return usage;
  Counts counts;
  wire::JsonObject members(object, kDepthMax);
  for (wire::JsonMember member; members.next(member);) {
    if (member.key == "promptTokenCount") take(member, counts.prompt, counts);
    if (member.key == "cachedContentTokenCount") take(member, counts.cached, counts);
    if (member.key == "candidatesTokenCount") take(member, counts.candidates, counts);
    if (member.key == "thoughtsTokenCount") take(member, counts.thoughts, counts);
    if (member.key == "toolUsePromptTokenCount") take(member, counts.tools, counts);
    if (member.key == "totalTokenCount") take(member, counts.total, counts);
  }
  usage.reported = counts.reported;
  if (!counts.reported) return usage;
  read_modalities(object, counts);
  usage.inconsistent = counts.bad;
  std::int64_t prompt = counts.prompt;
  usage.cache_read = carve(prompt, counts.cached, usage.inconsistent);
  usage.audio_in = carve(prompt, counts.audio_in, usage.inconsistent);
  usage.image = carve(prompt, counts.image_in, usage.inconsistent);
  usage.input = prompt + counts.tools;
  std::int64_t written = counts.candidates;
  usage.audio_out = carve(written, counts.audio_out, usage.inconsistent);
  usage.output = written;
  usage.reasoning = counts.thoughts;
  usage.inconsistent |= counts.total >= 0 && counts.total != usage.total();
  return usage;
}

std::string_view served_tier(std::string_view usage_object) {
  if (!usage_object.starts_with('{')) return {};
  const std::string_view traffic = wire::json_text(wire::json_find(usage_object, {"trafficType"}).value_or(""));
  const auto row = std::ranges::find(kTiers, traffic, &TierRow::traffic);
  return row == kTiers.end() ? std::string_view{} : row->tier;
}

void write_logprobs(std::string_view logprobs_result, std::string& out) {
  if (!logprobs_result.starts_with('{')) return;
  const auto chosen = wire::json_find(logprobs_result, {"chosenCandidates"}).value_or("");
  const auto top = wire::json_find(logprobs_result, {"topCandidates"}).value_or("[]");
  if (!chosen.starts_with('[') || chosen == "[]") return;
  wire::JsonArray alternatives(top.starts_with('[') ? top : "[]", kDepthMax);
  wire::JsonArray tokens(chosen, kDepthMax);
  wire::JsonWriter writer(out);
  writer.begin_array();
  for (wire::JsonMember token; tokens.next(token);) {
    wire::JsonMember others;
    const bool has_others = alternatives.next(others) && others.kind == wire::JsonKind::object;
    if (token.kind != wire::JsonKind::object) continue;
    writer.begin_object();
    write_token(token.value, writer);
    write_top(has_others ? others.value : "{}", writer);
    writer.end_object();
  }
  writer.end_array();
}

std::int64_t unix_seconds(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
      !text.ends_with('Z'))
    return 0;
  const std::array<std::int64_t, 6> part{digits(text, 0, 4),  digits(text, 5, 2),  digits(text, 8, 2),
                                         digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2)};
  if (std::ranges::min(part) < 0 || part[3] > 23 || part[4] > 59 || part[5] > 60) return 0;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(part[0])),
                                         std::chrono::month(static_cast<unsigned>(part[1])),
                                         std::chrono::day(static_cast<unsigned>(part[2]))};
  if (!date.ok()) return 0;
  return std::int64_t{std::chrono::sys_days(date).time_since_epoch().count()} * 86'400 + part[3] * 3600 + part[4] * 60 +
         part[5];
}

}  // namespace fw::cloud::vertex
