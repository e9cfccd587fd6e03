#include "gateway/owners.h"

#include <sys/random.h>

#include <cstring>
#include <string>

#include "wire/hash.h"

namespace fw::gateway {

void ResponseOwners::note(std::uint64_t id_hash, Owner owner) {
  if (!owners_.insert_or_assign(id_hash, owner).second) return;
  order_.push_back(id_hash);
  while (order_.size() > entries_max_) {
    owners_.erase(order_.front());
    order_.pop_front();
  }
}

std::optional<Owner> ResponseOwners::find(std::uint64_t id_hash) const {
  const auto it = owners_.find(id_hash);
  if (it == owners_.end()) return std::nullopt;
  return it->second;
}

std::uint64_t response_id_hash(std::string_view id) {
  static const std::string salt = [] {
    std::string s(16, '\0');
    [[maybe_unused]] const auto n = getrandom(s.data(), s.size(), 0);
    return s;
  }();
  const auto digest = wire::sha256(salt + std::string(id));
  std::uint64_t h = 0;
  std::memcpy(&h, digest.data(), sizeof h);
  return h;
}

}  // namespace fw::gateway
