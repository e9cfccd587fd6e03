// What the models and the stores behind them say.
#include <fmt/format.h>

#include <iterator>

#include "fake/chat.h"
#include "fake/embeddings.h"
#include "fake/exchange.h"

namespace fw::fake {
namespace {

constexpr std::string_view kTierUsual = "default";
constexpr std::int64_t kCutOffUsual = 3;  // tokens until the output quota is used up

std::string seconds(const Core& core) { return fmt::format_int(core.wall().seconds()).str(); }

// "auto" and "default" are both served as "default"; "fast" is told as "priority" (OpenAI, priority processing guide).
std::string tier_served(std::string_view asked) {
  if (asked.empty() || asked == "auto") return std::string(kTierUsual);
  return std::string(asked == "fast" ? "priority" : asked);
}

net::Task<After> answer_recording(Exchange& x) {
  const auto& r = *x.recording;
  x.entry->billed = true;
  x.entry->usage = r.usage;
  const auto id = x.core.ids.hex(r.endpoint == Endpoint::responses ? "resp_" : "chatcmpl-", 32);
  if (x.ask().stream && !r.events.empty()) {
    auto delivering = deliver_events(x, replay_stream(r, id));
    co_return co_await delivering;
  }
  auto delivering = deliver_body(x, 200, replay_body(r, id), r.usage.output);
  co_return co_await delivering;
}

}  // namespace

Draft draft_of(Exchange& x) {
  const auto plays = [&x](FaultKind kind) { return x.fault && x.fault->kind == kind; };
  const bool cut = plays(FaultKind::cut_off);
  auto material = x.core.material;
  material.tool_calls = material.tool_calls && !plays(FaultKind::drop_tools);
  material.thinks = material.thinks && !plays(FaultKind::ignore_effort);
  return make_draft(x.ask(), material, x.core.ids, cut ? x.fault->after.value_or(kCutOffUsual) : INT64_MAX);
}

bool tells_usage(const Exchange& x) { return !x.fault || x.fault->kind != FaultKind::no_usage; }

Tokens count_tokens(Exchange& x, const Draft& draft, std::int64_t choices, std::int64_t conversation) {
  Tokens t;
  t.input = x.ask().prompt_tokens + conversation;
  const auto seen = x.core.prefixes.look_up(x.ask().texts, x.ask().prompt_tokens);
  t.cached = seen.read;
  if (x.core.manner.counts_cache_writes()) t.cache_written = seen.written;
  t.output = draft.tokens() * choices;
  t.reasoning = draft.reasoning_tokens() * choices;
  x.entry->usage = t;
  x.entry->billed = true;
  return t;
}

ChatAnswer draft_chat(Exchange& x) {
  ChatAnswer a;
  a.id = x.core.ids.hex("chatcmpl-", 29);
  a.created = seconds(x.core);
  a.model = x.answers_as;
  a.tier = tier_served(x.ask().service_tier);
  a.draft = draft_of(x);
  a.n = x.ask().n;
  a.usage = count_tokens(x, a.draft, a.n);
  a.tells_usage = tells_usage(x);
  a.include_usage = x.ask().include_usage && a.tells_usage;
  a.obfuscate = x.ask().include_obfuscation;
  a.filter_chunks = x.core.options.async_filter;
  return a;
}

net::Task<After> answer_chat(Exchange& x) {
  if (x.recording) {
    auto replaying = answer_recording(x);
    co_return co_await replaying;
  }
  auto a = draft_chat(x);
  if (x.ask().stream) {
    auto delivering = deliver_events(x, chat_stream(x.core.manner.chat(), std::move(a)));
    co_return co_await delivering;
  }
  std::string body;
  append_chat(body, x.core.manner.chat(), a);
  auto delivering = deliver_body(x, 200, std::move(body), a.draft.tokens());
  co_return co_await delivering;
}

namespace {

ResponseAnswer draft_response(Exchange& x, std::int64_t conversation) {
  ResponseAnswer a;
  a.id = x.core.ids.hex("resp_", 48);
  a.created = seconds(x.core);
  a.model = x.answers_as;
  a.members = echo_members(x.ask().echo, x.ask().background);
  a.extra = x.core.manner.response_extra();
  a.draft = draft_of(x);
  for (const auto& s : a.draft.segments)
    a.item_ids.push_back(x.core.ids.hex(s.is_call() ? "fc_" : s.is_reasoning() ? "rs_" : "msg_", 48));
  a.usage = count_tokens(x, a.draft, 1, conversation);
  a.obfuscate = x.ask().include_obfuscation;
  a.tells_thoughts = x.ask().tells_thoughts;
  if (x.fault && x.fault->kind == FaultKind::seals) a.seal = x.fault->code;
  return a;
}

void keep_response(Exchange& x, const ResponseAnswer& a, MonoTime ready) {
  if (!x.ask().store) return;
  x.core.responses.keep({.answer = a,
                         .ready = ready,
                         .background = x.ask().background,
                         .cancelled = false,
                         .asked_for = std::string(x.model),
                         .prompt_tokens = a.usage.input + a.usage.output});
}

std::optional<Refusal> check_response(const Exchange& x) {
  if (!x.ask().previous_response_id.empty() && !x.core.responses.find(x.ask().previous_response_id))
    return previous_response_missing(x.ask().previous_response_id);
  if (x.ask().background && !x.core.manner.runs_background())
    return bad_value("background", "Background mode is not supported by this server.", "unsupported_value");
  if (x.ask().background && !x.ask().store)
    return bad_value("background", "Background mode requires store to be true.", "invalid_value");
  return std::nullopt;
}

}  // namespace

net::Task<After> answer_response(Exchange& x) {
  if (x.recording) {
    auto replaying = answer_recording(x);
    co_return co_await replaying;
  }
  if (const auto refusal = check_response(x)) co_return deliver_refusal(x, *refusal);
  const auto* const previous = x.core.responses.find(x.ask().previous_response_id);
  auto a = draft_response(x, previous ? previous->prompt_tokens : 0);
  const auto ready = MonoTime{x.begun.ns + x.core.first_token_ns() + a.draft.tokens() * x.core.event_ns()};
  keep_response(x, a, ready);
  std::string body;
  if (x.ask().background && !x.ask().stream) {
    append_response(body, a, ResponseState::queued);
    x.entry->status = 200;
    x.conn.answer(200, answer_lines(x, "application/json"), body);
    co_return After::keep;
  }
  const auto tokens = a.draft.tokens();
  if (x.ask().stream) {
    auto delivering = deliver_events(x, response_stream(std::move(a)));
    co_return co_await delivering;
  }
  append_response(body, a, ResponseState::done);
  auto delivering = deliver_body(x, 200, std::move(body), tokens);
  co_return co_await delivering;
}

net::Task<After> answer_embeddings(Exchange& x) {
  const auto made = make_embeddings(x.ask(), x.answers_as);
  if (!made) co_return deliver_refusal(x, made.error());
  x.entry->usage.input = made->prompt_tokens;
  x.entry->billed = true;
  auto delivering = deliver_body(x, 200, made->body, 0);
  co_return co_await delivering;
}

After answer_stored(Exchange& x) {
  const auto id = x.place->id;
  auto* const stored = x.core.responses.find(id);
  if (!stored) return deliver_refusal(x, unknown_response(id));
  const auto now = x.core.loop.now();
  std::string body;
  if (x.place->endpoint == Endpoint::response_delete) {
    body = fmt::format(R"({{"id":"{}","object":"response","deleted":true}})", id);
    x.core.responses.erase(id);
  } else {
    if (x.place->endpoint == Endpoint::response_cancel) {
      if (!stored->background) return deliver_refusal(x, bad_value("", "Cannot cancel a synchronous response.", ""));
      stored->cancelled = stored->cancelled || stored->state(now) != ResponseState::done;
    }
    append_response(body, stored->answer, stored->state(now));
  }
  x.entry->status = 200;
  x.conn.answer(200, answer_lines(x, "application/json"), body);
  return After::keep;
}

namespace {

void append_model(std::string& out, const Core& core, std::string_view name) {
  fmt::format_to(std::back_inserter(out), R"({{"id":"{}","object":"model","created":1789000000,"owned_by":"{}"}})",
                 name, core.manner.name());
}

}  // namespace

After answer_models(Exchange& x) {
  std::string body;
  if (x.place->endpoint == Endpoint::model_get) {
    if (!x.core.model(x.place->id)) return deliver_refusal(x, unknown_model(x.place->id));
    append_model(body, x.core, x.place->id);
  } else {
    body = R"({"object":"list","data":[)";
    for (const auto& m : x.core.options.models) {
      if (m.name == "*" || !x.core.manner.lists(*x.place, m.name)) continue;
      if (body.back() == '}') body += ',';
      append_model(body, x.core, m.name);
    }
    body += "]}";
  }
  x.entry->status = 200;
  x.conn.answer(200, answer_lines(x, "application/json"), body);
  return After::keep;
}

}  // namespace fw::fake
