#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/date.h"
#include "cloud/adapter.h"
#include "config/check.h"
#include "offer/scope.h"
#include "wire/nearest.h"

namespace fw::config {
namespace {

constexpr std::size_t kNearMax = 3;

// Why there is no price, for people.
std::string why(const offer::Timeline& line, WallTime now, const std::string& model) {
  if (const auto* part = line.at(now)) return part->absent ? "the offer book says that it is not offered there" : "nobody has said what it costs there";
  if (line.empty()) return fmt::format("the offer book has no {} there", quoted(model));
  const auto& last = line.parts().back();
  if (last.until && *last.until <= now) return fmt::format("the last known price ended on {}", date_text(*last.until));
  return fmt::format("the offer book has none before {}", date_text(line.parts().front().from));
}

std::string what_to_do(const Deployment& deployment, const Config& config) {
  const std::string own = "write `price` here, or an offer book (`offers`)";
  if (config.book->has_model(deployment.offer)) return own;
  const auto known = config.book->models();
  const auto near = wire::nearest(deployment.offer, known, kNearMax);
  if (near.empty()) return fmt::format("write `offer` with the book's name of the model; or {}", own);
  return fmt::format("did you mean `offer: {}`? Or {}", fmt::join(near, "`, `offer: "), own);
}

void check(const Deployment& deployment, const std::string& path, const Config& config, WallTime now, Report& report) {
  const auto provider = std::ranges::find(config.providers, deployment.provider, &Provider::name);
  if (deployment.price || provider == config.providers.end() || report.has_error_under(path)) return;
  const auto* adapter = cloud::find(provider->cloud);
  const auto site = adapter ? adapter->site(provider->settings) : std::unexpected(Error{});
  if (!site) return;
  const auto scope = offer::widest(provider->scope, adapter->scope_of(deployment.model));
  const auto line = config.book->timeline({deployment.offer, provider->cloud, site->host, scope});
  if (line.price_at(now)) return;
  report.add_at(path, {fmt::format("no price: {} ({}, scope {})", why(line, now, deployment.offer), provider->cloud, scope),
                       "a price, so that its answers cost something in the books", what_to_do(deployment, config), Severity::warning});
}

}  // namespace

void check_prices(const Config& config, WallTime now, Report& report) {
  for (const auto& model : config.models) {
    const auto list = path_step("models", model.name) + ".deployments";
    for (std::size_t i = 0; i < model.deployments.size(); ++i)
      check(model.deployments[i], path_item(list, i), config, now, report);
  }
}

}  // namespace fw::config
