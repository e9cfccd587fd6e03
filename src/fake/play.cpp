// Faults that strike before a model would have begun.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "fake/exchange.h"
#include "wire/json.h"

namespace fw::fake {
namespace {

constexpr std::int64_t kStallBeforeMs = 600'000;
constexpr std::int64_t kSlowStartMs = 3'000;
constexpr std::string_view kPage =
    "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in to the network</h1></body></html>\n";
constexpr char kGarbageBytes[] = "\x16\x03\x01\x02\x00 SSH-2.0-nothing \xff\xfe\x00 HTTP?\r\n\r\n";
constexpr std::string_view kGarbage(kGarbageBytes, sizeof kGarbageBytes - 1);

After play_status(Exchange& x) {
  const auto& f = *x.fault;
  auto refusal = f.kind == FaultKind::lie ? Refusal{} : scripted(static_cast<int>(f.status.value_or(500)));
  if (f.kind == FaultKind::lie) {
    refusal.status = static_cast<int>(f.status.value_or(400));
    refusal.message = "Invalid request. Please check your request and try again.";
  }
  if (!f.message.empty()) refusal.message = f.message;
  if (!f.type.empty()) refusal.type = f.type;
  if (!f.code.empty()) refusal.code = f.code;
  refusal.subject = f.code;  // only what the script said
  refusal.why = Why::scripted;
  refusal.wrapped = f.wrapped.value_or(false);
  refusal.retry_after_ms = f.retry_after_ms.value_or(-1);
  return deliver_refusal(x, refusal);
}

After play_page(Exchange& x) {
  x.entry->status = static_cast<int>(x.fault->status.value_or(200));
  x.conn.answer(x.entry->status, "content-type: text/html; charset=utf-8\r\n",
                x.fault->body.empty() ? kPage : x.fault->body);
  return After::keep;
}

After play_redirect(Exchange& x) {
  x.entry->status = static_cast<int>(x.fault->status.value_or(307));
  std::string lines;
  add_line(lines, "location",
           x.fault->location.empty() ? "http://127.0.0.1:9/elsewhere" : std::string_view(x.fault->location));
  x.conn.answer(x.entry->status, lines, "");
  return After::keep;
}

// Worded as OpenAI words it of max_tokens (its error of 2024-09-12 for reasoning models).
std::optional<After> play_unsupported(Exchange& x) {
  const auto& f = *x.fault;
  if (!wire::json_find(x.request.body, {f.field})) return std::nullopt;
  auto refusal = bad_value(f.field, fmt::format("Unsupported parameter: '{}' is not supported with this model.", f.field), "unsupported_parameter");
  if (!f.instead.empty()) refusal.message += fmt::format(" Use '{}' instead.", f.instead);
  return deliver_refusal(x, refusal);
}

// Worded as OpenAI does (openai/codex#3573).
std::optional<After> play_seals(Exchange& x) {
  constexpr std::string_view kKey = R"("encrypted_content":)";
  const std::string_view body = x.request.body;
  for (auto at = body.find(kKey); at != body.npos; at = body.find(kKey, at + 1)) {
    const auto value = body.substr(std::min(body.size(), body.find_first_not_of(' ', at + kKey.size())));
    if (!value.starts_with('"') || value.substr(1).starts_with(x.fault->code)) continue;
    auto refusal = bad_value("", fmt::format("The encrypted content {}... could not be verified. Reason: Encrypted content could not be decrypted or parsed.",
                                             value.substr(1, std::min<std::size_t>(8, value.find('"', 1) - 1))), "invalid_encrypted_content");
    return deliver_refusal(x, refusal);
  }
  return std::nullopt;
}

net::Task<std::optional<After>> play_wait(Exchange& x, std::int64_t ms) {
  auto pausing = pause(x, x.core.loop.now().plus_ms(ms));
  if (!co_await pausing) co_return After::cut;
  x.begun = x.core.loop.now();  // its usual delay comes on top
  co_return std::nullopt;
}

}  // namespace

net::Task<std::optional<After>> play_instead(Exchange& x) {
  const auto& f = *x.fault;
  if (f.billed) x.entry->billed = *f.billed;
  if (x.entry->billed && x.asked && x.asked->ask) x.entry->usage.input = x.ask().prompt_tokens;
  switch (f.kind) {
    case FaultKind::status:
    case FaultKind::lie: co_return play_status(x);
    case FaultKind::seals: co_return play_seals(x);
    case FaultKind::unsupported: co_return play_unsupported(x);
    case FaultKind::html: co_return play_page(x);
    case FaultKind::redirect: co_return play_redirect(x);
    case FaultKind::garbage:
      x.conn.stream().send(f.body.empty() ? kGarbage : std::string_view(f.body));
      co_return After::cut;
    case FaultKind::close: co_return After::cut;
    case FaultKind::reset:
      if (f.after) co_return std::nullopt;
      arm_reset(x.conn);
      co_return After::cut;
    case FaultKind::stall: {
      if (f.after) co_return std::nullopt;
      auto waiting = play_wait(x, f.ms.value_or(kStallBeforeMs));
      co_return co_await waiting;
    }
    case FaultKind::slow_start: {
      auto waiting = play_wait(x, f.ms.value_or(kSlowStartMs));
      co_return co_await waiting;
    }
    default: co_return std::nullopt;
  }
}

}  // namespace fw::fake
