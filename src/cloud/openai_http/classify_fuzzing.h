// What every cloud's classify must hold for any answer; each cloud's fuzzer calls it.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cloud/adapter.h"

namespace fw::cloud::openai_http {

inline void demand(bool holds) {
  if (!holds) std::abort();
}

inline bool is_plain(std::string_view text, std::size_t bytes_max) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  return text.size() <= bytes_max;
}

inline void expect_sound(const Verdict& verdict) {
  demand(verdict.kind != FailureKind::none && !name(verdict.kind).empty());
  demand(is_plain(verdict.message, 4096) && is_plain(verdict.code, 256) && is_plain(verdict.type, 256));
  demand(is_plain(verdict.param, 256));
  const Verdict usual = verdict_of(verdict.kind);
  demand(verdict.elsewhere == usual.elsewhere && verdict.mark == usual.mark);
}

// The input is an answer as it came, or, where it is no HTTP, a body whose first byte gives the status.
inline int classify_any(const Adapter& adapter, const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view in(reinterpret_cast<const char*>(bytes), size);
  std::array<wire::HeaderField, 100> store;
  wire::ResponseHead head;
  wire::HttpFault fault{};
  Answer answer{400 + bytes[0] % 130, {}, {}, in.substr(1)};
  if (wire::parse_response(in, wire::Method::post, {}, store, head, fault) == wire::Parse::done)
    answer = {head.status, head.get(wire::HeaderId::content_type), head.fields, in.substr(head.size)};
  const Verdict verdict = adapter.classify(answer, WallTime{1'795'305'600'000'000'000});
  expect_sound(verdict);
  demand(verdict.kind != FailureKind::unauthorized || verdict.message.find("sk-") == std::string::npos);
  dialect::ProviderStreamError told;
  told.code = verdict.code;
  told.type = verdict.type;
  told.message = verdict.message;
  const Verdict in_stream = adapter.classify_stream(told);
  expect_sound(in_stream);
  demand(in_stream.billing != Billing::refused_unbilled);
  return 0;
}

}  // namespace fw::cloud::openai_http
