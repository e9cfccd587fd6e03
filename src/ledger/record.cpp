#include "ledger/record.h"

#include <array>

namespace fw::ledger {
namespace {

constexpr std::array<std::string_view, 6> kStates{"open",     "settled_exact",    "settled_estimated",
                                                  "not_sent", "refused_unbilled", "ambiguous"};
constexpr std::array<std::string_view, 7> kBases{"none",     "provider_usage",  "price_unknown", "usage_absent",
                                                 "estimate", "cancel_unbilled", "reservation"};
constexpr std::array<std::string_view, 7> kPurposes{"unknown", "first", "probe", "retry", "fallback", "second_opinion", "hedge"};
constexpr std::array<std::string_view, kAccounts> kAccountNames{"unknown", "answers", "failures", "probes", "retries", "fallbacks", "second_opinions", "hedges"};

}  // namespace

std::string_view name(AttemptState state) { return kStates[static_cast<std::size_t>(state)]; }

std::string_view name(Basis basis) { return kBases[static_cast<std::size_t>(basis)]; }

std::string_view name(Purpose purpose) { return kPurposes[static_cast<std::size_t>(purpose)]; }

std::string_view name(Account account) { return kAccountNames[static_cast<std::size_t>(account)]; }

Account account_of(Purpose purpose, cloud::FailureKind outcome) {
  if (purpose == Purpose::unknown) return Account::unknown;
  if (outcome == cloud::FailureKind::none) return Account::answers;
  if (outcome == cloud::FailureKind::outrun) return Account::hedges;
  switch (purpose) {
    case Purpose::first:
      return Account::failures;
    case Purpose::probe:
      return Account::probes;
    case Purpose::retry:
      return Account::retries;
    case Purpose::fallback:
      return Account::fallbacks;
    case Purpose::second_opinion:
      return Account::second_opinions;
    case Purpose::hedge:
      return Account::hedges;
    case Purpose::unknown:
      break;
  }
  return Account::unknown;
}

}  // namespace fw::ledger
