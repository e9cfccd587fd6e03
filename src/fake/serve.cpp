// From a connection to an answer: what is asked, may it, what goes wrong, who answers.
#include <fmt/format.h>

#include <algorithm>

#include "fake/exchange.h"
#include "fake/percent.h"

namespace fw::fake {
namespace {

constexpr std::string_view kAdminPrefix = "/_fake/";
constexpr std::string_view kRecordingHeader = "x-fake-recording";
constexpr std::string_view kAzureSenderId = "x-ms-client-request-id";
constexpr std::string_view kRecordingModel = "recording:";

std::string http_error_body(const Error& error) {
  const auto& r = row(error.code);
  return openai_refusal_json(
      {.message = error.message, .type = std::string(r.type), .param = error.param, .code = std::string(r.text)});
}

// What is read of the header before the buffer it lies in is used again.
Exchange begin_exchange(Core& core, net::HttpConn& conn, Received& request) {
  const auto& head = conn.head();
  Exchange x{.core = core, .conn = conn, .request = request};
  std::string_view given;
  x.key = core.manner.judge_key(head.fields, core.options.keys, given);
  if (x.key == KeyVerdict::wrong) x.key_given = given;
  for (const auto& f : head.fields) {
    if (f.id == wire::HeaderId::other && wire::equal_ignoring_case(f.name, kRecordingHeader)) {
      x.recording = find_recording(f.value);
      x.unknown_recording = x.recording == nullptr;
    }
    if (f.id == wire::HeaderId::x_client_request_id || wire::equal_ignoring_case(f.name, kAzureSenderId)) x.sender_id = f.value;
  }
  x.begun = core.loop.now();
  return x;
}

// The place of the request, read from its own copy of the head.
std::expected<Place, Refusal> find_place(const Exchange& x) {
  const auto& manner = x.core.manner;
  ParsedHead again;
  if (manner.reads_fields() && parse_again(x.request, again)) return manner.place(again.head, x.core.options);
  wire::RequestHead head;
  head.method = x.request.method;
  head.method_text = x.request.method_text;
  head.path = x.request.path;
  head.query = x.request.query;
  return manner.place(head, x.core.options);
}

void inherit_model(Exchange& x) {
  const auto* const previous = x.core.responses.find(x.ask().previous_response_id);
  if (!previous) return;
  x.model_text = previous->asked_for;
  x.model = x.model_text;
}

// The request's own words, well-formed or not: faults match by model whatever else is wrong.
void read_request(Exchange& x) {
  if (!x.place) return;
  x.model = x.place->deployment;
  if (x.model.find('%') != std::string_view::npos) {
    x.model_text = percent_decoded(x.model);
    x.model = x.model_text;
  }
  if (has_body(x.place->endpoint)) {
    const bool named = !x.model.empty() || x.place->inherits_model;
    x.asked = read_asked(x.core.last_asked, x.place->endpoint, named, x.request.body);
    if (!x.asked->body.empty()) x.core.last_asked = x.asked;
    if (x.model.empty()) x.model = x.asked->ask ? x.asked->ask->model : model_of(x.request.body);
    if (x.model.empty() && x.place->inherits_model && x.asked->ask) inherit_model(x);
  }
  if (x.model.starts_with(kRecordingModel) && !x.recording) {
    x.recording = find_recording(x.model.substr(kRecordingModel.size()));
    x.unknown_recording = x.recording == nullptr;
  }
}

std::optional<Refusal> check_recording(const Exchange& x) {
  if (!x.recording && !x.unknown_recording) return std::nullopt;
  std::string names;
  for (const auto& r : recordings())
    if (r.endpoint == x.place->endpoint) names += fmt::format("{}{}", names.empty() ? "" : ", ", r.name);
  if (x.unknown_recording) return bad_value("model", fmt::format("There is no such recording; here are {}.", names));
  if (x.recording->endpoint != x.place->endpoint)
    return bad_value("model",
                     fmt::format("Recording '{}' is of another endpoint; here are {}.", x.recording->name, names));
  return std::nullopt;
}

std::optional<Refusal> check_rates(Exchange& x) {
  auto& core = x.core;
  const auto now = core.loop.now();
  const bool limit_requests = core.options.requests_per_minute > 0;
  const bool limit_tokens = core.options.tokens_per_minute > 0;
  const auto tokens = x.ask().prompt_tokens + x.ask().output_limit.value_or(16);
  const auto refuse = [&](Allowance& a, bool of_tokens, std::int64_t asked) {
    return throttled({x.model, of_tokens, a.limit(), a.limit() - a.remaining(now), asked, a.wait_ms(asked, now)});
  };
  if (!core.requests_left.take(1, now) && limit_requests) return refuse(core.requests_left, false, 1);
  if (!core.tokens_left.take(tokens, now) && limit_tokens) return refuse(core.tokens_left, true, tokens);
  return std::nullopt;
}

// What a cloud wants to see the whole request for.
std::optional<Refusal> look_closer(const Exchange& x) {
  const auto& core = x.core;
  ParsedHead again;
  if (!parse_again(x.request, again)) return key_missing();
  const Shown shown{again.head, x.request.body, core.wall(), core.standing, core.options};
  if (x.key == KeyVerdict::closer)
    if (auto refusal = core.manner.sign_in(shown)) return refusal;
  if (!core.manner.reads_fields()) return std::nullopt;
  if (!x.place) return x.place.error();
  const bool read = x.asked && x.asked->ask;
  return core.manner.check(shown, *x.place, x.model, read ? &x.ask() : nullptr);
}

std::optional<Refusal> check_model(Exchange& x) {
  if (x.recording) return std::nullopt;
  if (x.model.empty()) return missing_param("model");
  const auto* served = x.core.model(x.model);
  if (!served) served = x.core.model(x.core.manner.known_as(x.model));
  if (!served) return unknown_model(x.model);
  x.answers_as = served->answers.empty() ? std::string(x.model) : served->answers;
  return std::nullopt;
}

// Everything a cloud checks before it starts a model, in the order in which it does.
std::optional<Refusal> admit(Exchange& x) {
  if (x.place && x.place->endpoint == Endpoint::health) return std::nullopt;
  if (x.key == KeyVerdict::missing) return key_missing();
  if (x.key == KeyVerdict::wrong) return key_wrong(x.key_given);
  if (x.key == KeyVerdict::closer || x.core.manner.reads_fields())
    if (auto refusal = look_closer(x)) return refusal;
  if (!x.place) return x.place.error();
  if (!has_body(x.place->endpoint)) return std::nullopt;
  if (!x.asked->ask) return x.asked->ask.error();
  if (auto refusal = check_recording(x)) return refusal;
  if (auto refusal = check_model(x)) return refusal;
  if (auto refusal = check_rates(x)) return refusal;
  if (x.core.manner.filters_prompts() && is_blocked(x.ask())) return blocked_prompt();
  return std::nullopt;
}

net::Task<After> answer(Exchange& x) {
  switch (x.place->endpoint) {
    case Endpoint::chat: return answer_chat(x);
    case Endpoint::responses: return answer_response(x);
    case Endpoint::converse:
    case Endpoint::converse_stream: return answer_converse(x);
    case Endpoint::invoke:
    case Endpoint::invoke_stream: return answer_invoke(x);
    case Endpoint::generate:
    case Endpoint::generate_stream: return answer_generate(x);
    default: return answer_embeddings(x);
  }
}

// A token endpoint: it knows no models and is not billed.
After answer_direct(Exchange& x) {
  ParsedHead again;
  if (!parse_again(x.request, again)) return deliver_refusal(x, unknown_path(x.request.method_text, x.request.path));
  const Shown shown{again.head, x.request.body, x.core.wall(), x.core.standing, x.core.options};
  const auto spoken = x.core.manner.answer(shown, x.core.ids);
  x.entry->status = spoken.status;
  x.conn.answer(spoken.status, answer_lines(x, spoken.content_type) + spoken.lines, spoken.body);
  return After::keep;
}

net::Task<After> answer_admitted(Exchange& x) {
  if (x.place->endpoint == Endpoint::direct) co_return answer_direct(x);
  if (x.place->endpoint == Endpoint::count_tokens) co_return answer_counted(x);
  if (has_body(x.place->endpoint)) {
    auto answering = answer(x);
    co_return co_await answering;
  }
  if (x.place->endpoint == Endpoint::health) {
    x.conn.answer(200, "", "");
    co_return After::keep;
  }
  if (x.place->endpoint == Endpoint::models || x.place->endpoint == Endpoint::model_get) co_return answer_models(x);
  co_return answer_stored(x);
}

// Prompts that the filter blocks were read all the same: Azure bills them.
After refuse(Exchange& x, const Refusal& refusal) {
  if (refusal.why == Why::blocked_prompt) {
    x.entry->usage.input = x.ask().prompt_tokens;
    x.entry->billed = true;
  }
  return deliver_refusal(x, refusal);
}

net::Task<After> exchange_once(Exchange& x) {
  const bool data_plane = !x.place || (x.place->endpoint != Endpoint::health && x.place->endpoint != Endpoint::models &&
                                       x.place->endpoint != Endpoint::model_get);
  if (data_plane) x.fault = x.core.faults.take(x.request.path, x.model);
  if (x.fault) {
    x.entry->fault = name(x.fault->kind);
    auto playing = play_instead(x);
    const auto played = co_await playing;
    if (played) co_return *played;
  }
  if (const auto refusal = admit(x)) co_return refuse(x, *refusal);
  auto answering = answer_admitted(x);
  const auto after = co_await answering;
  if (!x.fault) co_return after;
  if (x.fault->billed) x.entry->billed = *x.fault->billed;
  co_return x.fault->kind == FaultKind::stale ? After::cut : after;
}

net::Task<After> exchange(Exchange& x) {
  if (x.request.path.starts_with(kAdminPrefix)) co_return answer_admin(x);
  x.id = x.core.manner.request_id(x.core.ids.hex("", 32));
  x.place = find_place(x);
  read_request(x);
  x.entry = &x.core.bill.open(x.core.loop.wall(), x.request.path);
  x.entry->id = x.id;
  x.entry->sender_id = x.sender_id;
  x.entry->model = x.model;
  auto going = exchange_once(x);
  const auto after = co_await going;
  x.core.bill.close(*x.entry);
  co_return after;
}

}  // namespace

net::Task<void> serve(Core& core, net::Fd connection) {
  net::HttpConn conn(std::make_unique<net::SocketStream>(core.loop, std::move(connection)), core.server_limits,
                     core.memory, http_error_body);
  for (;;) {
    auto coming = conn.next();
    if (!co_await coming) co_return;
    auto request = Received::of(conn.head(), core.loop.wall());
    request->number = core.next_number();
    if (!request->path.starts_with(kAdminPrefix)) core.inbox.add(request);
    auto x = begin_exchange(core, conn, *request);
    auto reading = conn.body(core.options.body_bytes_max);
    auto body = co_await reading;
    if (!body) {
      conn.close_after();
      conn.answer(body.error());
      continue;
    }
    request->body = std::string_view(*body);
    core.inbox.settle();
    auto going = exchange(x);
    if (co_await going == After::cut) co_return;
  }
}

}  // namespace fw::fake
