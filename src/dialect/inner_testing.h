// For tests of translated requests: one call from body to body.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "dialect/inner.h"
#include "dialect/request.h"
#include "wire/json.h"

namespace fw::dialect::inner::testing {

inline constexpr int kDepth = 64;

inline Fates fates_of(Dialect upstream, std::initializer_list<Need> dropped = {}) {
  Fates all;
  for (const auto& row : dialect_fates(upstream)) all.apply(row.need, row.fate);
  for (const Need need : dropped) all.apply(need, Fate::dropped);
  return all;
}

// The upstream's body for a model called "up". An error is told as "! message".
inline std::string translate(Dialect client, Dialect upstream, std::string_view body,
                             std::initializer_list<Need> dropped = {}) {
  const Operation operation = client == Dialect::chat ? Operation::chat : Operation::responses;
  if (const auto facts = scan_request(operation, body, kDepth); !facts) return "! " + facts.error().message;
  Request request;
  if (const auto read = read_request(operation, body, request); !read) return "! " + read.error().message;
  Fates fates = fates_of(upstream, dropped);
  if (client == upstream) {
    fates = {};
    for (const Need need : dropped) fates.apply(need, Fate::dropped);
  }
  const Target target{"\"up\"", &fates};
  std::string out;
  const auto written = upstream == Dialect::chat ? write_chat_request(request, target, out)
                                                 : write_responses_request(request, target, out);
  if (!written) return "! " + written.error().message;
  if (wire::json_check(out, kDepth + 4)) return "! not JSON: " + out;
  return out;
}

inline std::string to_responses(std::string_view chat, std::initializer_list<Need> dropped = {}) {
  return translate(Dialect::chat, Dialect::responses, chat, dropped);
}
inline std::string to_chat(std::string_view responses, std::initializer_list<Need> dropped = {}) {
  return translate(Dialect::responses, Dialect::chat, responses, dropped);
}

// The names of what a body needs, in order, with spaces between.
inline std::string say(const Needs& needs) {
  std::string out;
  for (std::size_t i = 0; i < kNeeds; ++i)
    if (needs.test(i)) out.append(out.empty() ? "" : " ").append(name(static_cast<Need>(i)));
  return out;
}

}  // namespace fw::dialect::inner::testing
