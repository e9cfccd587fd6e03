// Who owns a stored response: which deployment made it, for which tenant. Each id has one home
// core, found by its hash; asking and noting go there in order of posting.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace fw::gateway {

struct Owner {
  std::uint16_t deployment = 0;
  std::uint16_t tenant = 0;
};

// 64 bits of a keyed hash: ids are the clouds' and may be guessed at.
class ResponseOwners {
 public:
  explicit ResponseOwners(std::size_t entries_max) : entries_max_(entries_max) {}
  // The oldest entries make room for new ones.
  void note(std::uint64_t id_hash, Owner owner);
  std::optional<Owner> find(std::uint64_t id_hash) const;
  void forget(std::uint64_t id_hash) { owners_.erase(id_hash); }
  std::size_t size() const { return owners_.size(); }

 private:
  std::size_t entries_max_;
  std::unordered_map<std::uint64_t, Owner> owners_;
  std::deque<std::uint64_t> order_;
};

// Stable within a process, different in the next.
std::uint64_t response_id_hash(std::string_view id);

}  // namespace fw::gateway
