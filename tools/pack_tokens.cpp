// A program of the build: writes the table of a vocabulary from its ranks and classes of characters, so that the finished
// program finds it ready. `fw_pack_tokens OUT RANKS CLASSES`
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "wire/token_layout.h"

namespace {

using namespace fw::wire;

int fail(const std::string& what) {
  std::fprintf(stderr, "fw_pack_tokens: %s\n", what.c_str());
  return 1;
}

template <class T>
void append(std::string& out, const T* values, std::size_t count) {
  out.append(reinterpret_cast<const char*>(values), count * sizeof(T));
}

// The bytes of all tokens in a row, and where each begins.
bool read_ranks(const std::string& file, std::string& bytes, std::vector<std::uint32_t>& offsets) {
  for (std::size_t at = 0; at < file.size();) {
    const auto length = static_cast<unsigned char>(file[at]);
    if (length == 0 || at + 1 + length > file.size()) return false;
    offsets.push_back(static_cast<std::uint32_t>(bytes.size()));
    bytes.append(file, at + 1, length);
    at += 1u + length;
  }
  offsets.push_back(static_cast<std::uint32_t>(bytes.size()));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return fail("usage: fw_pack_tokens OUT RANKS CLASSES");
  std::ifstream ranks(argv[2], std::ios::binary);
  const std::string file{std::istreambuf_iterator<char>(ranks), {}};
  std::string bytes;
  std::vector<std::uint32_t> offsets;
  if (!ranks || file.empty() || !read_ranks(file, bytes, offsets)) return fail(std::string("not ranks: ") + argv[2]);

  std::vector<std::uint32_t> classes;
  std::ifstream text(argv[3]);
  std::uint32_t first = 0;
  std::uint32_t kind = 0;
  while (text >> std::hex >> first >> kind) classes.push_back(first << 3 | kind);
  if (!text.eof() || classes.empty()) return fail(std::string("not classes: ") + argv[3]);

  const TokenHeader header{static_cast<std::uint32_t>(offsets.size() - 1), static_cast<std::uint32_t>(classes.size())};
  std::vector<std::uint32_t> slots(kTokenSlots, kNoToken);
  for (std::uint32_t rank = 0; rank < header.tokens; ++rank) {
    const auto hash = token_hash(std::string_view(bytes).substr(offsets[rank], offsets[rank + 1] - offsets[rank]));
    auto slot = token_slot(hash);
    while (slots[slot] != kNoToken) slot = (slot + 1) % kTokenSlots;
    slots[slot] = token_tag(hash) | rank;
  }
  std::string out;
  append(out, &header, 1);
  append(out, slots.data(), slots.size());
  append(out, offsets.data(), offsets.size());
  append(out, classes.data(), classes.size());
  out += bytes;
  std::ofstream to(argv[1], std::ios::binary);
  to << out;
  return to.flush() ? 0 : fail(std::string("cannot write ") + argv[1]);
}
