// From the texts of a file to rows, or to everything that is wrong with them.
#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/date.h"
#include "dialect/effort.h"
#include "offer/row.h"
#include "offer/scope.h"
#include "wire/nearest.h"

namespace fw::offer {
namespace {

constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kTextBytesMax = 4096;
constexpr std::string_view kDate = "a date such as 2026-11-22 (00:00 UTC), or a time such as 2026-11-22T06:00:00Z";
constexpr std::string_view kPrice = "USD per million tokens as a plain decimal such as \"2.50\"";
constexpr std::string_view kStep = "long_context.";
constexpr std::array<std::string_view, 2> kLimitFields{"max_tokens", "max_completion_tokens"};
constexpr std::string_view kStepAbove = "long_context.above";

bool printable(std::string_view text, std::size_t max) {
  return !text.empty() && text.size() <= max &&
         std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; });
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const auto near = wire::nearest(word, known, 1);
  return near.empty() ? "" : fmt::format("did you mean {}?", near[0]);
}

// Reads the texts of one row.
class RowReader {
 public:
  RowReader(const BookText& book, int index, std::vector<Fault>& faults) : book_(book), index_(index), faults_(faults) {}

  std::vector<Row> read(const RowText& text) {
    Row row;
    const auto before = faults_.size();
    take_place(text, row);
    take_period(text, row);
    row.absent = text.absent;
    take_prices(text, row);
    take_features(text.features, row);
    row.note = clean("note", text.note, kTextBytesMax);
    take_evidence(text, row);
    row.features.efforts_firm = firm(row.features.efforts_evidence, row.evidence);
    row.features.max_output_firm = firm(row.features.max_output_evidence, row.evidence);
    const auto scopes = read_scopes(text);
    if (faults_.size() != before) return {};
    std::vector<Row> rows;
    for (const auto& scope : scopes) {
      auto& made = rows.emplace_back(row);
      made.scope = scope;
      made.id = row_id(made);
    }
    return rows;
  }

 private:
  void refuse(std::string path, std::string found, std::string expected, std::string hint = {}) {
    faults_.push_back({index_, std::move(path), std::move(found), std::move(expected), std::move(hint)});
  }
  static std::string quoted(std::string_view text) { return text.empty() ? "nothing" : fmt::format("\"{}\"", text); }

  std::string clean(std::string_view path, const std::string& text, std::size_t max) {
    if (!text.empty() && !printable(text, max))
      refuse(std::string(path), "a text of control characters, or a long one", fmt::format("at most {} bytes on one line", max));
    return text;
  }

  std::string word(std::string_view path, const std::string& text, std::span<const std::string_view> words) {
    if (std::ranges::find(words, text) == words.end())
      refuse(std::string(path), quoted(text), fmt::format("one of {}", fmt::join(words, ", ")),
             did_you_mean(text, {words.begin(), words.end()}));
    return text;
  }

  void take_place(const RowText& text, Row& row) {
    row.model = text.model;
    if (!printable(text.model, kNameBytesMax)) refuse("model", quoted(text.model), "the name of a model");
    row.cloud = word("cloud", text.cloud, cloud_words());
    if (!text.host.empty()) row.host = word("host", text.host, host_words());
    row.tier = text.tier.empty() ? std::string(kStandardTier) : word("tier", text.tier, tier_words());
    row.ids = text.ids;
    for (std::size_t i = 0; i < text.ids.size(); ++i)
      if (!printable(text.ids[i], kNameBytesMax)) refuse(fmt::format("ids[{}]", i), quoted(text.ids[i]), "a cloud's word for the model");
  }

  std::vector<std::string> read_scopes(const RowText& text) {
    if (text.scope.empty()) refuse("scope", "nothing", "where the offer holds: global, eu, eu/sweden-central, *, us/*");
    for (std::size_t i = 0; i < text.scope.size(); ++i)
      if (!is_scope_pattern(text.scope[i]))
        refuse(text.scope.size() == 1 ? "scope" : fmt::format("scope[{}]", i), quoted(text.scope[i]),
               "global, a geography such as eu, a region such as eu/sweden-central, on-premises, or * for any segment");
    return text.scope;
  }

  std::optional<WallTime> date(std::string path, const std::string& text) {
    const auto time = parse_date(text);
    if (!time) refuse(std::move(path), quoted(text), std::string(kDate));
    return time;
  }

  void take_period(const RowText& text, Row& row) {
    const auto from = date("from", text.from);
    if (from) row.from = *from;
    if (text.until.empty()) return;
    row.until = date("until", text.until);
    if (from && row.until && *row.until <= *from)
      refuse("until", quoted(text.until), fmt::format("a time after {}", text.from), "`until` is the first moment at which the row no longer holds");
  }

  void take_prices(const RowText& text, Row& row) {
    if (text.absent && !text.usd_per_million.empty())
      refuse("usd_per_million", "prices of what is absent", "no prices, or no `absent`");
    LongContext step;
    for (const auto& [meter, price] : text.usd_per_million) {
      if (meter == kStepAbove) take_step(price, step);
      else if (meter.starts_with(kStep)) take_meter(meter, meter.substr(kStep.size()), price, step.meters);
      else take_meter(meter, meter, price, row.meters);
    }
    if (step.above != 0) row.long_context = step;
    else if (step.meters.any()) refuse("usd_per_million", "prices above a step of which nothing is said", "`long_context.above`");
  }

  void take_step(const std::string& text, LongContext& step) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step.above);
    if (error == std::errc{} && end == text.data() + text.size() && step.above > 0) return;
    step.above = -1;
    refuse("usd_per_million." + std::string(kStepAbove), quoted(text), "a number of input tokens above 0");
  }

  void take_meter(const std::string& full, const std::string& meter, const std::string& text, Meters& to) {
    const auto path = "usd_per_million." + full;
    auto* const slot = find_meter(to, meter);
    if (!slot) {
      auto known = meter_names();
      known.emplace_back(kStepAbove);
      return refuse(path, fmt::format("the unknown meter {}", quoted(full)),
                    fmt::format("one of {}, or long_context. before one", fmt::join(known, ", ")), did_you_mean(meter, known));
    }
    *slot = TokenPrice::parse_per_million(text);
    if (!*slot) refuse(path, quoted(text), std::string(kPrice), "digits, a point, at most nine decimals; no sign, no currency");
  }

  void take_features(const FeaturesText& text, Row& row) {
    const FeaturesText* from = &text;
    if (!text.name.empty()) {
      const auto known = book_.features.find(text.name);
      if (known == book_.features.end())
        return refuse("features", quoted(text.name), "the name of an entry of `features`", did_you_mean(text.name, keys(book_.features)));
      from = &known->second;
    }
    auto& to = row.features;
    to.context_tokens = from->context_tokens;
    to.max_output_tokens = from->max_output_tokens;
    to.scope_of_processing = clean("features.scope_of_processing", from->scope_of_processing, kTextBytesMax);
    for (std::size_t i = 0; i < from->dialects.size(); ++i) {
      const auto dialect = dialect::dialect_of(from->dialects[i]);
      if (dialect) to.dialects.push_back(*dialect);
      else refuse(fmt::format("features.dialects[{}]", i), quoted(from->dialects[i]), "chat, responses, converse, generate_content or messages");
    }
    take_api("features", from->api, to);
    take_api("features.on_chat", from->on_chat, to.on_chat);
    take_evidence(from->efforts_evidence, "features.efforts_evidence", to.efforts_evidence);
    take_evidence(from->max_output_evidence, "features.max_output_evidence", to.max_output_evidence);
  }

  void take_api(std::string_view path, const ApiFeaturesText& from, ApiFeatures& to) {
    to.efforts = efforts(path, "efforts", from.efforts);
    to.efforts_refused = efforts(path, "efforts_refused", from.efforts_refused);
    to.efforts_ignored = efforts(path, "efforts_ignored", from.efforts_ignored);
    to.efforts_with_tools = efforts(path, "efforts_with_tools", from.efforts_with_tools);
    for (std::size_t i = 0; i < to.efforts_refused.size(); ++i)
      for (const auto* others : {&to.efforts, &to.efforts_ignored})
        if (std::ranges::find(*others, to.efforts_refused[i]) != others->end())
          refuse(fmt::format("{}.efforts_refused[{}]", path, i), fmt::format("{}, which is said to be taken as well", quoted(to.efforts_refused[i])),
                 "an effort that is refused, or one that is taken", "keep what the evidence says, take the other out");
    for (const auto& [need, fate] : from.fields) take_field(fmt::format("{}.fields.{}", path, need), need, fate, to);
    if (!from.output_limit.empty()) to.output_limit = word(fmt::format("{}.output_limit", path), from.output_limit, kLimitFields);
    std::ranges::sort(to.fields);
  }

  std::vector<std::string> efforts(std::string_view path, std::string_view list, const std::vector<std::string>& words) {
    const auto known = dialect::effort_words();
    for (std::size_t i = 0; i < words.size(); ++i)
      if (std::ranges::find(known, words[i]) == known.end())
        refuse(fmt::format("{}.{}[{}]", path, list, i), quoted(words[i]), fmt::format("one of {}", fmt::join(known, ", ")),
               did_you_mean(words[i], {known.begin(), known.end()}));
    return words;
  }

  static bool firm(const std::vector<Evidence>& own, const std::vector<Evidence>& rows) {
    return std::ranges::any_of(own.empty() ? rows : own, [](const Evidence& e) { return e.kind != Kind::third_party; });
  }

  void take_field(const std::string& path, const std::string& need_text, const std::string& fate_text, ApiFeatures& to) {
    using dialect::Fate;
    const auto need = dialect::need_of(need_text);
    if (!need) {
      std::vector<std::string> known;
      for (std::size_t i = 0; i < dialect::kNeeds; ++i) known.emplace_back(dialect::name(static_cast<dialect::Need>(i)));
      return refuse(path, fmt::format("the unknown field {}", quoted(need_text)),
                    "a field of a request as `fairway config fields` names it", did_you_mean(need_text, known));
    }
    for (const auto fate : {Fate::carried, Fate::mapped, Fate::dropped, Fate::refused})
      if (fate_text == dialect::name(fate)) return to.fields.emplace_back(*need, fate), void();
    refuse(path, quoted(fate_text), "carried, mapped, dropped or refused");
  }

  void take_evidence(const RowText& text, Row& row) {
    if (text.evidence.empty())
      refuse("evidence", "nothing", "who says so: source, date and kind", "a row without evidence cannot be told from a guess");
    take_evidence(text.evidence, "evidence", row.evidence);
  }

  void take_evidence(const std::vector<EvidenceText>& texts, std::string_view list, std::vector<Evidence>& to) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto path = fmt::format("{}[{}]", list, i);
      const EvidenceText* from = &texts[i];
      if (!from->name.empty()) {
        const auto known = book_.evidence.find(from->name);
        if (known == book_.evidence.end()) {
          refuse(path, quoted(from->name), "the name of an entry of `evidence`", did_you_mean(from->name, keys(book_.evidence)));
          continue;
        }
        from = &known->second;
      }
      take_evidence(*from, path, to);
    }
  }

  void take_evidence(const EvidenceText& text, const std::string& path, std::vector<Evidence>& to) {
    Evidence made{text.source, text.date, Kind::third_party};
    if (!printable(text.source, kTextBytesMax)) refuse(path + ".source", quoted(text.source), "who says so: an address, a document, a measurement");
    (void)date(path + ".date", text.date);
    for (const auto kind : {Kind::documented, Kind::third_party, Kind::probed})
      if (text.kind == name(kind)) return made.kind = kind, to.push_back(std::move(made));
    refuse(path + ".kind", quoted(text.kind), "one of documented, third-party, probed");
  }

  template <class Map>
  static std::vector<std::string> keys(const Map& map) {
    std::vector<std::string> list;
    for (const auto& [key, value] : map) list.push_back(key);
    return list;
  }

  const BookText& book_;
  int index_;
  std::vector<Fault>& faults_;
};

// Neighbours of one place must not both hold at one time.
void find_overlaps(const std::vector<Row>& rows, const std::vector<int>& origin, std::vector<Fault>& faults) {
  std::vector<std::size_t> order(rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return std::tuple_cat(place_of(rows[a]), std::tie(rows[a].from, a)) < std::tuple_cat(place_of(rows[b]), std::tie(rows[b].from, b));
  });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const Row& first = rows[order[i - 1]];
    const Row& second = rows[order[i]];
    if (place_of(first) != place_of(second) || (first.until && *first.until <= second.from)) continue;
    faults.push_back({origin[order[i]], "from",
                      fmt::format("{}, which lies in the period of {}", date_text(second.from), first.id),
                      fmt::format("periods of {}, {}, {}, {} that do not overlap", second.model, second.cloud, second.scope, second.tier),
                      fmt::format("row {} of this file holds from {} until {}", origin[order[i - 1]] + 1, date_text(first.from),
                                  first.until ? date_text(*first.until) : "further notice")});
  }
}

}  // namespace

std::vector<Row> read_rows(const BookText& text, std::vector<Fault>& faults) {
  std::vector<Row> rows;
  std::vector<int> origin;
  for (std::size_t i = 0; i < text.rows.size(); ++i) {
    const auto index = static_cast<int>(i);
    for (auto& row : RowReader(text, index, faults).read(text.rows[i])) {
      rows.push_back(std::move(row));
      origin.push_back(index);
    }
  }
  find_overlaps(rows, origin, faults);
  return rows;
}

}  // namespace fw::offer
