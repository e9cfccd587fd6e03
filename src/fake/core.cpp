#include "fake/core.h"

#include <algorithm>

#include "fake/recording.h"

namespace fw::fake {
namespace {

constexpr std::int64_t kRequestsUsual = 10'000;  // told, not enforced
constexpr std::int64_t kTokensUsual = 4'000'000;
constexpr std::size_t kMemoryBytes = std::size_t{2} << 30;

std::int64_t scaled_ns(std::int64_t own_ms, std::int64_t usual_ms, double speed) {
  return static_cast<std::int64_t>(static_cast<double>(own_ms >= 0 ? own_ms : usual_ms) * 1e6 * speed);
}

net::ServerLimits limits_of() {
  net::ServerLimits limits;
  limits.http.fields = 200;
  return limits;
}

Material material_of(const Options& options) {
  Material m;
  m.text = AnswerText::cut(default_answer_text());
  m.text_pieces = options.answer_tokens > 0 ? static_cast<std::size_t>(options.answer_tokens) : m.text->pieces();
  m.tool_calls = options.tool_calls;
  return m;
}

}  // namespace

Core::Core(net::Loop& l, const Manner& m, const Options& o, const std::vector<net::Fd>& listeners)
    : loop(l),
      manner(m),
      options(o),
      server_limits(limits_of()),
      memory(kMemoryBytes),
      bill(o.bill_attempts_max),
      inbox(o.requests_kept_max),
      ids(static_cast<std::uint64_t>(l.wall().ns)),
      material(material_of(o)),
      requests_left(o.requests_per_minute > 0 ? o.requests_per_minute : kRequestsUsual, l.now()),
      tokens_left(o.tokens_per_minute > 0 ? o.tokens_per_minute : kTokensUsual, l.now()),
      standing{.token_lifetime_s = o.token_lifetime_s},
      first_token_ns_(scaled_ns(o.first_token_ms, m.timing().first_token_ms, o.speed)),
      event_ns_(scaled_ns(o.event_ms, m.timing().event_ms, o.speed)) {
  faults.add(o.faults);
  for (const auto& fd : listeners) acceptors_.push_back(std::make_unique<net::Acceptor>(loop, fd.get(), *this));
}

const ServedModel* Core::model(std::string_view name) const {
  const auto at =
      std::ranges::find_if(options.models, [name](const ServedModel& m) { return m.name == name || m.name == "*"; });
  return at == options.models.end() ? nullptr : &*at;
}

void Core::forget_all() {
  faults.clear();
  bill.clear();
  inbox.clear();
  prefixes.clear();
  responses.clear();
  standing = {.token_lifetime_s = options.token_lifetime_s};
  requests_left = Allowance(requests_left.limit(), loop.now());
  tokens_left = Allowance(tokens_left.limit(), loop.now());
}

void Core::accepted(net::Fd connection) { loop.spawn(serve(*this, std::move(connection))); }

}  // namespace fw::fake
