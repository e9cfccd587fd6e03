// Any bytes as JSON: the check, the scan member by member and the writer must agree.
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/json.h"

namespace {

using namespace fw::wire;

constexpr int kDepth = 16;

bool same(const std::optional<JsonError>& a, const JsonError* b) {
  if (!a || b == nullptr) return !a && b == nullptr;
  return a->fault == b->fault && a->offset == b->offset;
}

// A string that was accepted: what it says, written again, says the same.
void expect_round_trip(std::string_view raw) {
  std::string says;
  std::string again;
  std::string written = "\"";
  if (!json_unescape(raw, says)) std::abort();
  json_escape(written, says);
  written += '"';
  if (json_check(written, 0)) std::abort();
  if (!json_unescape(json_text(written), again) || again != says) std::abort();
}

template <class Container>
void scan(std::string_view text, int depth_max) {
  Container container(text, depth_max);
  JsonMember member;
  while (container.next(member)) {
    // At the depth it is found at a value was already checked.
    if (json_check(member.value, depth_max - 1)) std::abort();
    expect_round_trip(member.key);
    if (member.kind == JsonKind::string) expect_round_trip(json_text(member.value));
    if (member.kind == JsonKind::number) (void)json_int(member.value);
    if (member.kind == JsonKind::object) scan<JsonObject>(member.value, depth_max - 1);
    if (member.kind == JsonKind::array) scan<JsonArray>(member.value, depth_max - 1);
  }
  if (!same(json_check(text, depth_max), container.error())) std::abort();
  if (container.error() == nullptr && container.open_offset() >= container.close_offset()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  const std::vector<char> exact(bytes, bytes + size);  // of its exact size, for the sanitizer
  const std::string_view text(exact.data(), exact.size());
  const std::optional<JsonError> error = json_check(text, kDepth);
  if (error && (error->fault == JsonFault::none || error->offset > size)) std::abort();
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') scan<JsonObject>(text, kDepth);
  if (first != std::string_view::npos && text[first] == '[') scan<JsonArray>(text, kDepth);
  std::string written;
  JsonWriter(written).begin_array().string(text).end_array();
  if (json_check(written, 1)) std::abort();
  return 0;
}
