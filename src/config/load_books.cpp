#include <fmt/format.h>

#include "config/check.h"
#include "config/offers.h"

namespace fw::config {
namespace {

void lay_over(const std::string& at, const std::string& path, const Sources& sources, offer::Book& book, Report& report) {
  const auto text = sources.offers ? sources.offers(at) : std::nullopt;
  if (!text) return report.add_at(path, {fmt::format("{}, which cannot be read", quoted(at)), "an offer book", ""});
  auto loaded = load_offers(*text);
  for (auto& problem : loaded.problems) {
    problem.file = at;
    report.adopt(std::move(problem));
  }
  book.lay_over(loaded.rows);
}

}  // namespace

std::shared_ptr<const offer::Book> load_books(const Config& config, const Sources& sources, Report& report) {
  if (config.offers.empty()) return {std::shared_ptr<void>(), &embedded_book()};
  auto book = std::make_shared<offer::Book>(embedded_book());
  for (std::size_t i = 0; i < config.offers.size(); ++i)
    if (!config.offers[i].empty()) lay_over(config.offers[i], path_item("offers", i), sources, *book, report);
  return book;
}

}  // namespace fw::config
