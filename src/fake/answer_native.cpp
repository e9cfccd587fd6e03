// Answers in the dialects that are not OpenAI's.
#include <fmt/format.h>

#include "fake/converse.h"
#include "fake/exchange.h"
#include "fake/generate.h"
#include "fake/minted.h"

namespace fw::fake {
namespace {

// Of an answer as long as this one, at the cloud's pace.
std::int64_t latency_ms(const Exchange& x, std::int64_t tokens) {
  return (x.core.first_token_ns() + tokens * x.core.event_ns()) / 1'000'000;
}

}  // namespace

net::Task<After> answer_converse(Exchange& x) {
  ConverseAnswer a;
  a.draft = draft_of(x);
  a.usage = count_tokens(x, a.draft);
  a.latency_ms = latency_ms(x, a.draft.tokens());
  a.tells_usage = tells_usage(x);
  if (x.ask().stream) {
    auto delivering = deliver_events(x, converse_stream(std::move(a)));
    co_return co_await delivering;
  }
  std::string body;
  append_converse(body, a);
  auto delivering = deliver_body(x, 200, std::move(body), a.draft.tokens());
  co_return co_await delivering;
}

net::Task<After> answer_invoke(Exchange& x) {
  auto a = draft_chat(x);
  add_line(x.more_lines, "x-amzn-bedrock-input-token-count", a.usage.input);
  add_line(x.more_lines, "x-amzn-bedrock-invocation-latency", latency_ms(x, a.draft.tokens()));
  if (x.ask().stream) {
    add_line(x.more_lines, "x-amzn-bedrock-content-type", "application/json");
    auto delivering = deliver_events(x, invoke_stream(chat_stream(x.core.manner.chat(), std::move(a))));
    co_return co_await delivering;
  }
  add_line(x.more_lines, "x-amzn-bedrock-output-token-count", a.usage.output);
  std::string body;
  append_chat(body, x.core.manner.chat(), a);
  auto delivering = deliver_body(x, 200, std::move(body), a.draft.tokens());
  co_return co_await delivering;
}

After answer_counted(Exchange& x) {
  x.entry->status = 200;
  x.conn.answer(200, answer_lines(x, "application/json"),
                fmt::format(R"({{"inputTokens":{}}})", x.ask().prompt_tokens));
  return After::keep;
}

net::Task<After> answer_generate(Exchange& x) {
  GenerateAnswer a;
  a.id = x.core.ids.hex("", 22);
  a.created = second_text(x.core.wall().seconds());
  a.model = x.answers_as;
  a.blocked = is_blocked(x.ask());
  if (!a.blocked) a.draft = draft_of(x);
  a.usage = count_tokens(x, a.draft);
  a.tells_usage = tells_usage(x);
  a.tells_thoughts = x.ask().tells_thoughts;
  a.signs_thoughts = signs_thoughts(x.model);
  if (x.ask().stream) {
    auto delivering = deliver_events(x, generate_stream(std::move(a), x.place->array));
    co_return co_await delivering;
  }
  std::string body;
  append_generate(body, a);
  auto delivering = deliver_body(x, 200, std::move(body), a.draft.tokens());
  co_return co_await delivering;
}

}  // namespace fw::fake
