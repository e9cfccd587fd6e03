#include "gateway/watch.h"

#include <fmt/format.h>

#include "base/date.h"
#include "gateway/core.h"
#include "health/breaker.h"
#include "store/bookkeeper.h"
#include "wire/json_write.h"

namespace fw::gateway {
namespace {

using config::AlertKind;
using config::LogLevel;


Notice notice(AlertKind kind, LogLevel level, std::string_view type, std::string text) {
  return {.id = {}, .time = {}, .kind = kind, .level = level, .type = std::string(type), .text = std::move(text), .data = {}};
}

std::int64_t seconds_between(MonoTime from, MonoTime to) { return to.ms_since(from) / 1'000; }

// What a condition of the journal and of the bookkeeper have in common.
Notice books_notice(bool ill, std::string_view what, const std::string& words, std::int64_t seconds) {
  auto made = ill ? notice(AlertKind::ledger, LogLevel::error, "ledger.trouble", fmt::format("the {}: {}", what, words))
                  : notice(AlertKind::ledger, LogLevel::info, "ledger.recovered", fmt::format("the {} is well again after {} s", what, seconds));
  wire::JsonWriter json(made.data);
  json.begin_object().member("what", what);
  if (ill) json.member("trouble", words);
  else json.member("seconds", seconds);
  json.end_object();
  return made;
}

std::string moved_words(const std::vector<offer::Moved>& moved) {
  std::string out;
  for (const auto& m : moved)
    out += fmt::format("{}{} from {} to {}", out.empty() ? "" : ", ", m.meter, m.before.empty() ? "nothing" : m.before, m.after.empty() ? "nothing" : m.after);
  return out;
}

std::string price_words(const offer::Change& change, const std::vector<offer::Moved>& moved) {
  switch (change.what) {
    case offer::Change::What::moves: return fmt::format("moves: {} USD per million tokens", moved_words(moved));
    case offer::Change::What::unknown: return "ends and no later one is known: from then on it is unknown, and policies with `unknown_price: refuse` pass the place over";
    case offer::Change::What::absent: return "ends: it is not offered from then on";
  }
  return {};
}

}  // namespace

Watch::State::News Watch::State::see(bool well_now, MonoTime now) {
  if (!well_now) {
    well = MonoTime::never();
    if (ill) return News::none;
    ill = true;
    since = now;
    return News::ill;
  }
  if (!ill) return News::none;
  if (well == MonoTime::never()) well = now;
  if (now.ms_since(well) < kWellMs) return News::none;
  ill = false;
  return News::well;
}

Watch::Watch(Core& core) : core_(core), places_(core.snapshot().deployments().size()), prices_at_(core.loop().now()) {
  fire = [](net::Timer* t) { static_cast<Watch*>(t)->look(); };
  look();
}

Watch::~Watch() { core_.loop().timers().cancel(*this); }

void Watch::look() {
  look_at_books();
  look_at_places();
  if (core_.loop().now() >= prices_at_) look_at_prices();
  core_.loop().timers().arm(*this, core_.loop().now().plus_ms(kLookMs));
}

void Watch::look_at_places() {
  const auto now = core_.loop().now();
  const auto& snapshot = core_.snapshot();
  for (std::uint16_t i = 0; i < places_.size(); ++i) {
    auto& state = places_[i];
    const auto breaker = core_.senses.board.service(i, health::size_class(0), 0, now).breaker;
    const auto news = state.see(breaker == health::BreakerState::closed, now);
    if (news == State::News::none) continue;
    const bool left = news == State::News::ill;
    const auto& d = snapshot.deployments()[i];
    const auto why = health::explain(core_.senses.board.opened(i));
    const auto seconds = seconds_between(state.since, state.well == MonoTime::never() ? now : state.well);
    auto made = left ? notice(AlertKind::deployment, LogLevel::warn, "deployment.left", fmt::format("the deployment {} gets no more requests until it is well: {}", d.name, why))
                     : notice(AlertKind::deployment, LogLevel::info, "deployment.returned", fmt::format("the deployment {} serves again after {} s", d.name, seconds));
    wire::JsonWriter json(made.data);
    json.begin_object().member("deployment", d.name).member("provider", snapshot.providers()[d.provider].name);
    json.member("model", snapshot.models()[d.of_model].name);
    if (left) json.member("why", why);
    else json.member("seconds", seconds);
    json.end_object();
    core_.notices->tell(std::move(made));
  }
}

void Watch::look_at_books() {
  const auto now = core_.loop().now();
  const auto see = [&](State& state, std::string_view what, bool ok, auto words) {
    const auto news = state.see(ok, now);
    if (news == State::News::none) return;
    const bool ill = news == State::News::ill;
    core_.notices->tell(books_notice(ill, what, ill ? words() : std::string(), ill ? 0 : seconds_between(state.since, state.well)));
  };
  if (const auto* const journal = core_.shared().journal; journal != nullptr) {
    const auto condition = journal->condition();
    see(journal_, "journal", condition.ok(), [&] { return condition.words(); });
  }
  if (const auto* const keeper = core_.shared().bookkeeper; keeper != nullptr) {
    const auto condition = keeper->condition();
    see(ledger_, "ledger", condition.ok(), [&] { return condition.words; });
  }
}

void Watch::look_at_prices() {
  prices_at_ = core_.loop().now().plus_ms(kPricesMs);
  const auto now = core_.loop().wall();
  const WallTime until{now.ns + core_.snapshot().config().alerts.price_days * kDayNs};
  for (const auto& d : core_.snapshot().deployments())
    for (const auto& change : offer::changes(d.prices, now, until)) tell_price(d, change);
}

void Watch::tell_price(const Deployment& d, const offer::Change& change) {
  const auto moved = change.what == offer::Change::What::moves ? offer::moved(change.before->sheet, change.after->sheet) : std::vector<offer::Moved>{};
  const auto at = rfc3339_text(change.at);
  auto made = notice(AlertKind::price, change.what == offer::Change::What::moves ? LogLevel::info : LogLevel::warn,
                     change.what == offer::Change::What::moves ? "price.moves" : "price.ends",
                     fmt::format("at {} the price of the deployment {} {}", at, d.name, price_words(change, moved)));
  // Told again after a restart, under the same id.
  made.id = fmt::format("price/{}/{}", d.name, at);
  wire::JsonWriter json(made.data);
  json.begin_object().member("deployment", d.name).member("model", core_.snapshot().models()[d.of_model].name);
  json.member("at", at).member("then", name(change.what)).member("price_row", change.before->sheet.row).key("next_price_row");
  if (change.after != nullptr && change.after->priced) json.string(change.after->sheet.row);
  else json.null();
  json.key("usd_per_million").begin_array();
  for (const auto& m : moved) json.begin_object().member("meter", m.meter).member("before", m.before).member("after", m.after).end_object();
  json.end_array().end_object();
  core_.notices->tell(std::move(made));
}

}  // namespace fw::gateway
