#include "ledger/bill_words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace fw::ledger {
namespace {

enum class Says : std::uint8_t { in, out, cached, read, write, audio, image, lifetime, tier, reach, long_prompt, foreign, nothing };
struct Word {
  std::string_view word;
  Says says;
  std::string_view means = {};
};

// Sources: Azure retail prices (meterName of "Azure OpenAI GPT5" and "Azure OpenAI"), AWS price list (usagetype of
// AmazonBedrock), OpenAI costs (line_item), Google SKUs; as collected in docs/ledger.md.
constexpr std::array kWords = {
    Word{"inp", Says::in}, Word{"inpt", Says::in}, Word{"input", Says::in}, Word{"outp", Says::out}, Word{"outpt", Says::out},
    Word{"output", Says::out}, Word{"out", Says::out}, Word{"opt", Says::out},
    Word{"cd", Says::cached}, Word{"cchd", Says::cached}, Word{"ccchd", Says::cached}, Word{"cached", Says::cached}, Word{"cache", Says::cached},
    Word{"caching", Says::cached}, Word{"ch", Says::cached}, Word{"rd", Says::read}, Word{"read", Says::read},
    Word{"wr", Says::write}, Word{"wrt", Says::write}, Word{"write", Says::write}, Word{"writes", Says::write}, Word{"creation", Says::write},
    Word{"aud", Says::audio}, Word{"audio", Says::audio}, Word{"img", Says::image}, Word{"image", Says::image},
    Word{"5m", Says::lifetime}, Word{"30m", Says::lifetime}, Word{"1h", Says::lifetime}, Word{"12h", Says::lifetime},
    Word{"std", Says::tier, "standard"}, Word{"standard", Says::tier, "standard"}, Word{"pp", Says::tier, "priority"},
    Word{"priority", Says::tier, "priority"}, Word{"fast", Says::tier, "priority"}, Word{"batch", Says::tier, "batch"}, Word{"flex", Says::tier, "flex"},
    Word{"gl", Says::reach, "global"}, Word{"glbl", Says::reach, "global"}, Word{"global", Says::reach, "global"},
    Word{"dz", Says::reach, "zone"}, Word{"dzone", Says::reach, "zone"}, Word{"datazone", Says::reach, "zone"}, Word{"dzn", Says::reach, "zone"},
    Word{"rgnl", Says::reach, "region"}, Word{"regnl", Says::reach, "region"}, Word{"regional", Says::reach, "region"}, Word{"rg", Says::reach, "region"},
    Word{"longco", Says::long_prompt}, Word{"long", Says::long_prompt},
    Word{"ft", Says::foreign}, Word{"hstng", Says::foreign}, Word{"hosting", Says::foreign}, Word{"trng", Says::foreign}, Word{"training", Says::foreign},
    Word{"calls", Says::foreign}, Word{"search", Says::foreign}, Word{"storage", Says::foreign}, Word{"provisioned", Says::foreign},
    Word{"ptu", Says::foreign}, Word{"reserved", Says::foreign}, Word{"optimized", Says::foreign}, Word{"sessions", Says::foreign},
    Word{"shortco", Says::nothing}, Word{"short", Says::nothing}, Word{"ctx", Says::nothing}, Word{"context", Says::nothing},
    Word{"txt", Says::nothing}, Word{"text", Says::nothing}, Word{"token", Says::nothing}, Word{"tokens", Says::nothing}, Word{"tkn", Says::nothing},
    Word{"count", Says::nothing}, Word{"units", Says::nothing}, Word{"1k", Says::nothing}, Word{"1m", Says::nothing}, Word{"mantle", Says::nothing},
    Word{"cross", Says::nothing}, Word{"region", Says::nothing}, Word{"predictions", Says::nothing}, Word{"online", Says::nothing},
    Word{"model", Says::nothing}, Word{"maas", Says::nothing}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" ,|-_/()"), text.size());
    if (end != 0) out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

struct Seen {
  bool in = false, out = false, cached = false, write = false, audio = false, image = false, foreign = false;
};

std::string_view meter_of(const Seen& s) {
  if (s.foreign) return {};
  if (s.write) return "cache_write";
  if (s.cached) return s.out ? std::string_view() : "cache_read";
  if (s.in == s.out) return {};
  if (s.image) return s.in ? "image" : std::string_view();
  if (s.audio) return s.in ? "audio_in" : "audio_out";
  return s.in ? "input" : "output";
}

void take(const Word& word, Seen& seen, MeterWords& out) {
  switch (word.says) {
    case Says::in: seen.in = true; return;
    case Says::out: seen.out = true; return;
    case Says::cached: case Says::read: seen.cached = true; return;
    case Says::write: seen.write = true; return;
    case Says::audio: seen.audio = true; return;
    case Says::image: seen.image = true; return;
    case Says::foreign: seen.foreign = true; return;
    case Says::lifetime: out.lifetime = word.word; return;
    case Says::tier: out.tier = word.means; return;
    case Says::reach: out.reach = word.means; return;
    case Says::long_prompt: out.long_context = true; return;
    case Says::nothing: return;
  }
}

// "-2026-07-09" or "-0613" at the end.
std::string_view without_date(std::string_view m) {
  if (m.size() > 11 && m[m.size() - 11] == '-' && m[m.size() - 6] == '-' && m[m.size() - 3] == '-' && all_digits(m.substr(m.size() - 10, 4)))
    return m.substr(0, m.size() - 11);
  if (m.size() > 5 && m[m.size() - 5] == '-' && all_digits(m.substr(m.size() - 4))) return m.substr(0, m.size() - 5);
  return m;
}

// "openai.gpt-oss-120b-1:0", "openai/gpt-oss-120b-maas".
std::string_view without_vendor(std::string_view m) {
  for (const std::string_view vendor : {"openai.", "openai/", "azure/"})
    if (m.starts_with(vendor)) m.remove_prefix(vendor.size());
  if (const auto at = m.find(':'); at != m.npos) {
    m = m.substr(0, at);
    if (const auto dash = m.rfind('-'); dash != m.npos && all_digits(m.substr(dash + 1))) m = m.substr(0, dash);
  }
  if (m.ends_with("-maas")) m.remove_suffix(5);
  return m;
}

}  // namespace

MeterWords read_meter(std::string_view name) {
  MeterWords out;
  Seen seen;
  const auto text = lower(name);
  for (const auto word : words_of(text)) {
    const auto known = std::ranges::find(kWords, word, &Word::word);
    if (known != kWords.end()) {
      take(*known, seen, out);
      continue;
    }
    if (!out.model.empty()) out.model += '-';
    out.model += word;
  }
  out.meter = meter_of(seen);
  if (out.meter != "cache_write") out.lifetime.clear();
  return out;
}

std::string model_called(const offer::Book& book, std::string_view cloud, std::string_view word) {
  const auto small = lower(word);
  const auto bare = without_vendor(small);
  const auto undated = without_date(bare);
  for (const std::string_view each : {word, std::string_view(small), bare, undated}) {
    if (const auto found = book.model_of(cloud, each); !found.empty()) return std::string(found);
    if (book.has_model(each)) return std::string(each);
  }
  // Azure's meters leave the family's name out.
  for (const auto each : {bare, undated})
    if (!each.empty() && is_digit(each[0]))
      if (auto full = "gpt-" + std::string(each); book.has_model(full)) return full;
  return std::string(undated);
}

std::optional<std::int64_t> tokens_of_unit(std::string_view unit) {
  auto text = lower(unit);
  std::erase_if(text, [](char c) { return c == ',' || c == ' ' || c == '_'; });
  std::string_view rest = text;
  for (const std::string_view word : {"tokens", "token", "counts", "count", "units", "unit"})
    if (rest.ends_with(word)) {
      rest.remove_suffix(word.size());
      break;
    }
  std::int64_t times = 1;
  if (rest.ends_with('k')) times = 1'000;
  else if (rest.ends_with('m')) times = 1'000'000;
  if (times != 1) rest.remove_suffix(1);
  if (rest.empty()) return text.empty() ? std::nullopt : std::optional(times);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc{} || end != rest.data() + rest.size() || number <= 0 || number > 1'000'000'000) return std::nullopt;
  return number * times;
}

}  // namespace fw::ledger
