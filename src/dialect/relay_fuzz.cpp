// A stream on its way to the client: what comes out and what is read must not depend on how the bytes
// were split. The first byte chooses dialect, usage chunk and event limit.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/relay.h"

namespace {

using fw::dialect::Dialect;
using fw::dialect::StreamRelay;

void demand(bool holds) {
  if (!holds) std::abort();
}

struct Trace {
  std::string client;
  std::unique_ptr<StreamRelay> relay;
};

std::unique_ptr<StreamRelay> make(std::uint8_t choice) {
  const Dialect dialect = (choice & 1) != 0 ? Dialect::responses : Dialect::chat;
  return fw::dialect::make_relay(dialect, (choice & 2) != 0, {(choice & 4) != 0 ? std::size_t{256} : 1u << 20});
}

void feed(Trace& trace, std::string_view part) {
  const std::vector<char> bytes(part.begin(), part.end());  // of its exact size, for the sanitizer
  std::vector<std::string_view> out;
  trace.relay->feed({bytes.data(), bytes.size()}, out);
  for (const auto view : out) trace.client += view;
}

void expect_same(const Trace& whole, const Trace& split) {
  const StreamRelay& a = *whole.relay;
  const StreamRelay& b = *split.relay;
  demand(whole.client == split.client);
  demand(a.started() == b.started() && a.ended() == b.ended() && a.seen().tokens == b.seen().tokens);
  demand(a.usage() == b.usage() && a.response_id() == b.response_id());
  demand(a.service_tier() == b.service_tier() && a.finish() == b.finish());
  demand((a.error() == nullptr) == (b.error() == nullptr));
  if (a.error() == nullptr) return;
  demand(a.error()->code == b.error()->code && a.error()->message == b.error()->message);
  demand(a.error()->relayed == b.error()->relayed && a.error()->malformed == b.error()->malformed);
}

void expect_sound(const Trace& trace) {
  const StreamRelay& relay = *trace.relay;
  demand(relay.usage().total() >= 0 && relay.usage().input >= 0 && relay.usage().output >= 0);
  demand(relay.response_id().size() <= 512 && relay.finish().size() <= 64 && relay.service_tier().size() <= 64);
  if (const auto* error = relay.error()) {
    demand(relay.ended() && error->message.size() <= 4096 && error->code.size() <= 256);
    demand(!error->relayed || relay.started());
  }
  demand(trace.client.empty() || trace.client.ends_with("\n\n"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::uint8_t choice = bytes[0];
  const std::string_view in(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  Trace whole{{}, make(choice)};
  feed(whole, in);
  expect_sound(whole);
  for (const std::size_t step : {1u, 3u, 17u}) {
    Trace split{{}, make(choice)};
    for (std::size_t at = 0; at < in.size(); at += step) feed(split, in.substr(at, step));
    expect_same(whole, split);
  }
  // Every cut of a short stream, some of a long one: which ones depends on its size.
  const std::size_t cut_step = in.size() <= 96 ? 1 : 1 + in.size() / 8;
  for (std::size_t cut = 1 + in.size() % cut_step; cut < in.size(); cut += cut_step) {
    Trace split{{}, make(choice)};
    feed(split, in.substr(0, cut));
    feed(split, in.substr(cut));
    expect_same(whole, split);
  }
  return 0;
}
