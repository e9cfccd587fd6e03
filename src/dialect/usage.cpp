#include "dialect/usage.h"

#include <algorithm>
#include <charconv>
#include <numeric>

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

template <class Visit>
void each_member(std::string_view object, Visit visit) {
  if (object.empty()) return;
  wire::JsonObject members(object, kDepthMax);
  for (wire::JsonMember member; members.next(member);) visit(member);
}

void read_written(std::string_view object, Counts& counts) {
  each_member(object, [&](const wire::JsonMember& member) {
    for (std::size_t i = 1; i < kCacheLifetimes; ++i)
      if (member.key == kLifetimeFields[i]) take(member, counts.written_by[i], counts.bad);
  });
}

void read_prompt_details(std::string_view object, Counts& counts) {
  each_member(object, [&](const wire::JsonMember& member) {
    if (member.key == "cached_tokens") take(member, counts.cached, counts.bad);
    if (member.key == "cache_write_tokens") take(member, counts.written, counts.bad);
    if (member.key == "cache_write_tokens_details") read_written(member.value, counts);
    if (member.key == "audio_tokens") take(member, counts.audio_in, counts.bad);
    if (member.key == "image_tokens") take(member, counts.image, counts.bad);
    if (member.key == "cached_tokens_details") {
      each_member(member.value, [&](const wire::JsonMember& cached) {
        if (cached.key == "audio_tokens") take(cached, counts.cached_audio, counts.bad);
        if (cached.key == "image_tokens") take(cached, counts.cached_image, counts.bad);
      });
    }
  });
}

void read_completion_details(std::string_view object, Counts& counts) {
  each_member(object, [&](const wire::JsonMember& member) {
    if (member.key == "reasoning_tokens") take(member, counts.reasoning, counts.bad);
    if (member.key == "audio_tokens") take(member, counts.audio_out, counts.bad);
  });
}

// Chat and Responses differ in words only, and compatible servers mix them.
Counts read_counts(std::string_view object) {
  Counts counts;
  std::int64_t top_reasoning = -1;
  std::int64_t top_cached = -1;
  each_member(object, [&](const wire::JsonMember& member) {
    const std::string_view key = member.key;
    if (key == "prompt_tokens" || key == "input_tokens") take(member, counts.prompt, counts.bad);
    if (key == "completion_tokens" || key == "output_tokens") take(member, counts.completion, counts.bad);
    if (key == "total_tokens") take(member, counts.total, counts.bad);
    if (key == "prompt_tokens_details" || key == "input_tokens_details") read_prompt_details(member.value, counts);
    if (key == "completion_tokens_details" || key == "output_tokens_details")
      read_completion_details(member.value, counts);
    // DeepSeek's own words, beside OpenAI's.
    if (key == "reasoning_tokens") take(member, top_reasoning, counts.bad);
    if (key == "prompt_cache_hit_tokens") take(member, top_cached, counts.bad);
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

Usage read_chat_usage(std::string_view usage_object) { return split(read_counts(usage_object)); }

Usage read_responses_usage(std::string_view usage_object) { return split(read_counts(usage_object)); }

Usage read_embeddings_usage(std::string_view usage_object) {
  Counts counts = read_counts(usage_object);
  // All of it is input, and some servers say the total only.
  if (counts.prompt < 0 && counts.completion < 0) counts.prompt = counts.total;
  return split(counts);
}

std::int64_t read_tool_requests(std::string_view tool_usage_object) {
  std::int64_t requests = 0;
  each_member(tool_usage_object, [&](const wire::JsonMember& tool) {
    each_member(tool.value, [&](const wire::JsonMember& member) {
      std::int64_t count = 0;
      bool bad = false;
      if (member.key == "num_requests") take(member, count, bad);
      requests += count;
    });
  });
  return std::min(requests, kCountMax);
}

}  // namespace fw::dialect
