#include "ledger/record.h"

#include <array>

namespace fw::ledger {
namespace {

constexpr std::array<std::string_view, 6> kStates{"open",     "settled_exact",    "settled_estimated",
                                                  "not_sent", "refused_unbilled", "ambiguous"};
constexpr std::array<std::string_view, 7> kBases{"none",     "provider_usage",  "price_unknown", "usage_absent",
                                                 "estimate", "cancel_unbilled", "reservation"};

}  // namespace

std::string_view name(AttemptState state) { return kStates[static_cast<std::size_t>(state)]; }

std::string_view name(Basis basis) { return kBases[static_cast<std::size_t>(basis)]; }

}  // namespace fw::ledger
