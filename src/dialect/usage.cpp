#include "dialect/usage.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "dialect/key.h"
#include "wire/json.h"

namespace fw::dialect {
namespace {

constexpr std::array<std::string_view, kCacheLifetimes> kLifetimes{"default", "5m", "30m", "1h", "12h"};
constexpr std::array<std::string_view, kCacheLifetimes> kLifetimeFields{"", "ttl_5m_tokens", "ttl_30m_tokens",
                                                                        "ttl_1h_tokens", "ttl_12h_tokens"};

// No answer has more; keeps every sum and product of counts far from overflow.
constexpr std::int64_t kCountMax = 1'000'000'000'000;
constexpr int kDepthMax = 16;

// The numbers as the cloud wrote them; -1: not there.
struct Counts {
  std::int64_t prompt = -1;
  std::int64_t completion = -1;
  std::int64_t total = -1;
  std::int64_t cached = -1;
  std::int64_t cached_audio = 0;
  std::int64_t cached_image = 0;
  std::int64_t written = -1;
  std::array<std::int64_t, kCacheLifetimes> written_by{};
  std::int64_t audio_in = 0;
  std::int64_t image = 0;
  std::int64_t audio_out = 0;
  std::int64_t reasoning = -1;
  bool bad = false;  // a number that cannot be a count
};

// A whole number, also one spelt 12.0; nothing for what cannot be a count.
std::optional<std::int64_t> count_of(std::string_view token) {
  if (auto whole = wire::json_int(token)) return whole;
  double real = 0;
  const auto read = std::from_chars(token.data(), token.data() + token.size(), real);
  if (read.ec != std::errc() || !(real >= 0 && real <= static_cast<double>(kCountMax))) return std::nullopt;
  const auto whole = static_cast<std::int64_t>(real);
  if (static_cast<double>(whole) != real) return std::nullopt;
  return whole;
}

void take(const wire::JsonMember& member, std::int64_t& into, bool& bad) {
  if (member.kind == wire::JsonKind::null) return;
  const auto count = member.kind == wire::JsonKind::number ? count_of(member.value) : std::nullopt;
  bad |= !count || *count < 0 || *count > kCountMax;
  if (count) into = std::clamp<std::int64_t>(*count, 0, kCountMax);
}

// Visits each member of the object that `outer` gave the key of last, without its value: the visitor reads it, or what
// is inside of it, or leaves it to be passed over. Anything but an object is passed over.
template <class Visit>
void each_member(wire::JsonObject& members, Visit visit) {
  for (wire::JsonMember member; members.next_key(member);)
    if (!visit(member) && !members.read(member)) return;
}

template <class Visit>
bool each_inside(wire::JsonObject& outer, const wire::JsonMember& of, Visit visit) {
  if (of.kind != wire::JsonKind::object) return false;
  auto members = wire::JsonObject::inside(outer);
  each_member(members, [&](wire::JsonMember& member) { return visit(members, member); });
  return true;
}

bool read_count(wire::JsonObject& from, wire::JsonMember& member, std::int64_t& into, bool& bad) {
  if (from.read(member)) take(member, into, bad);
  return true;
}

bool read_written(wire::JsonObject& from, wire::JsonMember& member, Counts& counts) {
  for (std::size_t i = 1; i < kCacheLifetimes; ++i)
    if (member.key == kLifetimeFields[i]) return read_count(from, member, counts.written_by[i], counts.bad);
  return false;
}

bool read_cached(wire::JsonObject& from, wire::JsonMember& member, Counts& counts) {
  if (is(member.key, "audio_tokens")) return read_count(from, member, counts.cached_audio, counts.bad);
  if (is(member.key, "image_tokens")) return read_count(from, member, counts.cached_image, counts.bad);
  return false;
}

bool read_prompt_detail(wire::JsonObject& from, wire::JsonMember& member, Counts& counts) {
  const auto key = member.key;
  if (is(key, "cached_tokens")) return read_count(from, member, counts.cached, counts.bad);
  if (is(key, "cache_write_tokens")) return read_count(from, member, counts.written, counts.bad);
  if (is(key, "audio_tokens")) return read_count(from, member, counts.audio_in, counts.bad);
  if (is(key, "image_tokens")) return read_count(from, member, counts.image, counts.bad);
  if (is(key, "cache_write_tokens_details")) return each_inside(from, member, [&](auto& in, auto& m) { return read_written(in, m, counts); });
  if (is(key, "cached_tokens_details")) return each_inside(from, member, [&](auto& in, auto& m) { return read_cached(in, m, counts); });
  return false;
}

bool read_completion_detail(wire::JsonObject& from, wire::JsonMember& member, Counts& counts) {
  if (is(member.key, "reasoning_tokens")) return read_count(from, member, counts.reasoning, counts.bad);
  if (is(member.key, "audio_tokens")) return read_count(from, member, counts.audio_out, counts.bad);
  return false;
}

// Chat and Responses differ in words only, and compatible servers mix them.
Counts read_counts(wire::JsonObject& object) {
  Counts counts;
  std::int64_t top_reasoning = -1;
  std::int64_t top_cached = -1;
  each_member(object, [&](wire::JsonMember& member) {
    const std::string_view key = member.key;
    const auto count = [&](std::int64_t& into) { return read_count(object, member, into, counts.bad); };
    if (is(key, "prompt_tokens") || is(key, "input_tokens")) return count(counts.prompt);
    if (is(key, "completion_tokens") || is(key, "output_tokens")) return count(counts.completion);
    if (is(key, "total_tokens")) return count(counts.total);
    if (is(key, "prompt_tokens_details") || is(key, "input_tokens_details"))
      return each_inside(object, member, [&](auto& in, auto& m) { return read_prompt_detail(in, m, counts); });
    if (is(key, "completion_tokens_details") || is(key, "output_tokens_details"))
      return each_inside(object, member, [&](auto& in, auto& m) { return read_completion_detail(in, m, counts); });
    // DeepSeek's own words, beside OpenAI's.
    if (is(key, "reasoning_tokens")) return count(top_reasoning);
    if (is(key, "prompt_cache_hit_tokens")) return count(top_cached);
    return false;
  });
  if (counts.reasoning < 0) counts.reasoning = top_reasoning;
  if (counts.cached < 0) counts.cached = top_cached;
  return counts;
}

// Takes up to `wanted` out of `rest`; a part larger than the whole is cut and noted.
std::int64_t carve(std::int64_t& rest, std::int64_t wanted, bool& inconsistent) {
  const std::int64_t part = std::min(std::max<std::int64_t>(wanted, 0), rest);
  inconsistent |= part != std::max<std::int64_t>(wanted, 0);
  rest -= part;
  return part;
}

void split_prompt(const Counts& counts, Usage& usage) {
  std::int64_t rest = std::max<std::int64_t>(counts.prompt, 0);
  usage.cache_read = carve(rest, counts.cached, usage.inconsistent);
  std::int64_t unnamed = std::max<std::int64_t>(counts.written, 0);
  for (std::size_t i = 1; i < kCacheLifetimes; ++i) {
    usage.cache_write[i] = carve(rest, counts.written_by[i], usage.inconsistent);
    unnamed -= usage.cache_write[i];
  }
  usage.inconsistent |= counts.written >= 0 && unnamed < 0;
  usage.cache_write[0] = carve(rest, unnamed, usage.inconsistent);
  usage.audio_in = carve(rest, counts.audio_in - counts.cached_audio, usage.inconsistent);
  usage.image = carve(rest, counts.image - counts.cached_image, usage.inconsistent);
  usage.input = rest;
}

void split_completion(const Counts& counts, Usage& usage) {
  std::int64_t rest = std::max<std::int64_t>(counts.completion, 0);
  const std::int64_t reasoning = std::max<std::int64_t>(counts.reasoning, 0);
  const std::int64_t prompt = std::max<std::int64_t>(counts.prompt, 0);
  const bool total_says_inside = counts.total == prompt + rest;
  const bool total_says_beside = reasoning > 0 && counts.total == prompt + rest + reasoning;
  const bool beside = total_says_beside || (reasoning > rest && !total_says_inside);
  usage.inconsistent |= beside && !total_says_beside;
  usage.inconsistent |= counts.total >= 0 && !total_says_inside && !total_says_beside;
  usage.reasoning = beside ? reasoning : carve(rest, reasoning, usage.inconsistent);
  usage.audio_out = carve(rest, counts.audio_out, usage.inconsistent);
  usage.output = rest;
}

Usage split(const Counts& counts) {
  Usage usage;
  usage.reported = counts.prompt >= 0 || counts.completion >= 0 || counts.total >= 0;
  if (!usage.reported) return usage;
  usage.inconsistent = counts.bad;
  split_prompt(counts, usage);
  split_completion(counts, usage);
  return usage;
}

}  // namespace

std::string_view name(CacheLifetime lifetime) { return kLifetimes[static_cast<std::size_t>(lifetime)]; }

std::optional<CacheLifetime> cache_lifetime(std::string_view name) {
  for (std::size_t i = 0; i < kCacheLifetimes; ++i)
    if (kLifetimes[i] == name) return static_cast<CacheLifetime>(i);
  return std::nullopt;
}

std::int64_t Usage::cache_written() const {
  return std::accumulate(cache_write.begin(), cache_write.end(), std::int64_t{0});
}

std::int64_t Usage::total_input() const { return input + cache_read + cache_written() + audio_in + image; }

std::int64_t Usage::total_output() const { return output + reasoning + audio_out; }

void Usage::add(const Usage& other) {
  input += other.input;
  cache_read += other.cache_read;
  for (std::size_t i = 0; i < cache_write.size(); ++i) cache_write[i] += other.cache_write[i];
  output += other.output;
  reasoning += other.reasoning;
  audio_in += other.audio_in;
  audio_out += other.audio_out;
  image += other.image;
  tool_calls += other.tool_calls;
  reported = reported || other.reported;
  inconsistent = inconsistent || other.inconsistent;
}

void Usage::give_lifetime(CacheLifetime standard) {
  if (standard == CacheLifetime::standard) return;
  cache_write[static_cast<std::size_t>(standard)] += cache_write[0];
  cache_write[0] = 0;
}

Usage read_usage(Operation operation, wire::JsonObject& usage) {
  Counts counts = read_counts(usage);
  // All of an embedding is input, and some servers say the total only.
  if (operation == Operation::embeddings && counts.prompt < 0 && counts.completion < 0) counts.prompt = counts.total;
  return split(counts);
}

Usage read_usage(Operation operation, std::string_view usage_object) {
  wire::JsonObject usage(usage_object, kDepthMax);
  return read_usage(operation, usage);
}

Usage read_chat_usage(std::string_view usage_object) { return read_usage(Operation::chat, usage_object); }

Usage read_responses_usage(std::string_view usage_object) { return read_usage(Operation::responses, usage_object); }

std::int64_t read_tool_requests(wire::JsonObject& tool_usage) {
  std::int64_t requests = 0;
  each_member(tool_usage, [&](wire::JsonMember& tool) {
    return each_inside(tool_usage, tool, [&](wire::JsonObject& in, wire::JsonMember& member) {
      std::int64_t count = 0;
      bool bad = false;
      if (!is(member.key, "num_requests")) return false;
      read_count(in, member, count, bad);
      requests += count;
      return true;
    });
  });
  return std::min(requests, kCountMax);
}

std::int64_t read_tool_requests(std::string_view tool_usage_object) {
  wire::JsonObject tool_usage(tool_usage_object, kDepthMax);
  return read_tool_requests(tool_usage);
}

}  // namespace fw::dialect
