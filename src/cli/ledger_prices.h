// By what price an attempt of the books was, or would be, booked.
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "config/config.h"
#include "ledger/booked.h"
#include "ledger/pricing.h"
#include "ledger/reconcile.h"
#include "offer/book.h"

namespace fw::cli {

class LedgerPrices {
 public:
  // The configuration's book and prices, or the embedded book. It must live as long.
  explicit LedgerPrices(const std::optional<config::Config>& config);
  const offer::Book& book() const { return book_; }
  // What its own record says that it must have cost. Nothing: the price is not known here, or the amount does not rest on one.
  std::optional<std::expected<ledger::Priced, ledger::UnknownPrice>> price(const ledger::Booked& attempt);
  ledger::PricedBy of(const ledger::Booked& attempt);

 private:
  struct Known {
    const offer::Row* row = nullptr;
    std::optional<offer::PriceSheet> sheet;
  };
  const config::Deployment* deployment(const std::string& name) const;
  const Known& of_row(const ledger::Booked& attempt);
  const offer::Timeline& timeline_of(const config::Deployment& deployment);

  const std::optional<config::Config>& config_;
  const offer::Book& book_;
  std::map<std::pair<std::string, std::string>, Known> rows_;
  std::map<std::string, offer::Timeline> timelines_;  // by deployment
};

}  // namespace fw::cli
