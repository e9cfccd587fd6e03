// A request body in, the other dialect's out: an error of the client's or valid JSON; the same twice;
// what was written is read again and then changes no more. The first byte chooses the dialect.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/inner.h"
#include "dialect/request.h"
#include "wire/json.h"

namespace {

using namespace fw::dialect;
constexpr int kDepth = 48;
constexpr int kDepthOut = kDepth + 8;

void demand(bool holds) {
  if (!holds) std::abort();
}

Fates fates_of(Dialect upstream) {
  Fates all;
  for (const auto& row : inner::dialect_fates(upstream)) all.apply(row.need, row.fate);
  return all;
}

bool translate(Dialect client, Dialect upstream, std::string_view body, const Fates& fates, std::string& out) {
  static inner::Request request;  // used again and again, as the gateway does
  request.clear();
  out.clear();
  const Operation operation = client == Dialect::chat ? Operation::chat : Operation::responses;
  if (!scan_request(operation, body, kDepthOut)) return false;
  const auto read = inner::read_request(operation, body, request);
  const inner::Target target{"\"up\"", &fates};
  fw::Result<void> written = read;
  if (read) {
    written = upstream == Dialect::chat ? inner::write_chat_request(request, target, out)
                                        : inner::write_responses_request(request, target, out);
  }
  if (!written) {
    demand(fw::row(written.error().code).status == 400 && !written.error().message.empty());
    return false;
  }
  demand(!fw::wire::json_check(out, kDepthOut));
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  const bool chat = bytes[0] % 2 == 0;
  const Dialect client = chat ? Dialect::chat : Dialect::responses;
  const Dialect other = chat ? Dialect::responses : Dialect::chat;
  const std::vector<char> copy(bytes + 1, bytes + size);  // of its exact size, for the sanitizer
  const std::string_view body(copy.data(), copy.size());
  if (!scan_request(chat ? Operation::chat : Operation::responses, body, kDepth)) {
    inner::Request request;  // never called so, and harmless all the same
    (void)inner::read_request(chat ? Operation::chat : Operation::responses, body, request);
    return 0;
  }
  Fates dropped;
  for (std::size_t i = 0; i < kNeeds; ++i)
    if ((bytes[0] >> 1) % 7 == i % 7 && bytes[0] > 1) dropped.apply(static_cast<Need>(i), Fate::dropped);
  std::string same;
  if (translate(client, client, body, dropped, same)) {
    std::string again;
    demand(translate(client, client, same, dropped, again) && again == same);
  }
  const Fates fates = fates_of(other);
  std::string there;
  if (!translate(client, other, body, fates, there)) return 0;
  std::string again;
  demand(translate(client, other, body, fates, again) && again == there);
  const Fates none;
  demand(translate(other, other, there, none, again) && again == there);
  std::string back;
  if (!translate(other, client, there, fates_of(client), back)) return 0;
  demand(translate(client, other, back, fates, there));
  std::string twice;
  demand(translate(other, client, there, fates_of(client), twice));
  demand(translate(client, other, twice, fates, again) && again == there);
  return 0;
}
