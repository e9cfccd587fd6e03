#include "wire/token_table.h"

#include <algorithm>

#include "wire/token_layout.h"

// FAIRWAY_TOKENS is the file that tools/pack_tokens.cpp wrote (CMakeLists.txt).
__asm__(
    ".pushsection .rodata\n.balign 8\n.global fw_tokens\nfw_tokens:\n"
    ".incbin \"" FAIRWAY_TOKENS "\"\n.byte 0\n.popsection\n");
extern "C" const unsigned char fw_tokens[];

namespace fw::wire {
namespace {

struct Table {
  const TokenHeader* header = reinterpret_cast<const TokenHeader*>(fw_tokens);
  const std::uint32_t* slots = reinterpret_cast<const std::uint32_t*>(fw_tokens + sizeof(TokenHeader));
  const std::uint32_t* offsets = slots + kTokenSlots;
  const std::uint32_t* classes = offsets + header->tokens + 1;
  const char* bytes = reinterpret_cast<const char*>(classes + header->classes);
};

Table table() { return {}; }

}  // namespace

std::string_view token_bytes(std::uint32_t rank) {
  const Table t = table();
  return {t.bytes + t.offsets[rank], t.offsets[rank + 1] - t.offsets[rank]};
}

std::optional<std::uint32_t> token_rank(std::string_view bytes) {
  if (bytes.empty() || bytes.size() > kTokenBytesMax) return std::nullopt;
  const Table t = table();
  const auto hash = token_hash(bytes);
  constexpr std::uint32_t kRankMask = (1u << kTokenRankBits) - 1;
  for (auto slot = token_slot(hash);; slot = (slot + 1) % kTokenSlots) {
    const std::uint32_t found = t.slots[slot];
    if (found == kNoToken) return std::nullopt;
    const std::uint32_t rank = found & kRankMask;
    if ((found & ~kRankMask) == token_tag(hash) && token_bytes(rank) == bytes) return rank;
  }
}

CharClass char_class(char32_t character) {
  const Table t = table();
  const auto wanted = static_cast<std::uint32_t>(character) << 3 | 7u;
  const auto* const after = std::upper_bound(t.classes, t.classes + t.header->classes, wanted);
  return static_cast<CharClass>(after[-1] & 7u);
}

}  // namespace fw::wire
