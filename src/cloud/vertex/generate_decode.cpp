#include "cloud/vertex/generate_decode.h"

#include <algorithm>
#include <utility>

#include "cloud/google/failure.h"
#include "cloud/vertex/generate_words.h"
#include "wire/json.h"

namespace fw::cloud::vertex {
namespace {

using dialect::AnswerEvent;
using dialect::EventKind;
using dialect::Finish;
using dialect::ProviderStreamError;
using dialect::inner::ItemKind;
using wire::JsonKind;

constexpr int kDepthMax = 128;
constexpr std::uint32_t kCandidatesMax = 64;
constexpr std::size_t kWordBytesMax = 64;
constexpr std::size_t kIdBytesMax = 48;  // of a response's id within a call's: together at most 64

// The value of a member; empty if there is none or it is null.
std::string_view member(std::string_view object, std::string_view key) {
  const auto value = wire::json_find(object, {key});
  return value && *value != "null" ? *value : std::string_view{};
}

std::string unescaped(std::string_view token) {
  std::string out;
  wire::json_unescape(wire::json_text(token), out);
  return out;
}

AnswerEvent event(EventKind kind, std::uint32_t choice, std::uint32_t output) {
  AnswerEvent made;
  made.kind = kind;
  made.choice = choice;
  made.output = output;
  return made;
}

bool is_id(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// What a chunk with an error says. Some come in an array of one, some as text within a message.
ProviderStreamError stream_error(std::string_view error_member) {
  const google::GoogleError read = google::read_google_error("{\"error\":" + std::string(error_member) + "}");
  const FailureKind kind = google::kind_of(0, read.error);
  ProviderStreamError error;
  error.code = read.error.code;
  error.type = read.error.type;
  error.message = google::without_projects(read.error.message);
  error.retryable = verdict_of(kind).elsewhere;
  return error;
}

}  // namespace

void GenerateDecoder::feed(std::string_view bytes, Sink& sink) {
  if (form_ == Form::unknown) {
    const auto first = bytes.find_first_not_of(" \t\r\n");
    if (first == bytes.npos) return;
    bytes.remove_prefix(first);
    form_ = bytes.front() == '[' || bytes.front() == '{' ? Form::array : Form::events;
  }
  if (ended_) return;
  if (form_ == Form::events) {
    feed_events(bytes, sink);
  } else {
    feed_array(bytes, sink);
  }
}

void GenerateDecoder::feed_events(std::string_view bytes, Sink& sink) {
  events_.feed(bytes);
  wire::SseEvent read;
  while (!ended_) {
    switch (events_.next(read)) {
      case wire::SseDecoder::Next::need_more: return;
      case wire::SseDecoder::Next::too_long: return fail_malformed("an event is too long", sink);
      case wire::SseDecoder::Next::event: break;
    }
    if (read.data.empty() || read.data == "[DONE]") continue;
    if (!take_text(read.data, kDepthMax, sink)) fail_malformed("an event is no JSON object", sink);
  }
}

void GenerateDecoder::feed_array(std::string_view bytes, Sink& sink) {
  pieces_.feed(bytes);
  std::string_view object;
  while (!ended_) {
    switch (pieces_.next(object)) {
      case JsonPieces::Next::need_more: return;
      case JsonPieces::Next::bad: return fail_malformed("the stream is no array of JSON objects", sink);
      case JsonPieces::Next::object: break;
    }
    if (!take_text(object, kDepthMax, sink)) fail_malformed("an element is no JSON object", sink);
  }
}

bool GenerateDecoder::take_text(std::string_view text, int depth_max, Sink& sink) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return false;
  if (text[first] != '[') {
    Chunk chunk;
    if (!read_chunk(text, depth_max, chunk)) return false;
    take_chunk(chunk, sink);
    return true;
  }
  wire::JsonArray elements(text, depth_max);
  for (wire::JsonMember element; elements.next(element) && !ended_;) {
    Chunk chunk;
    if (!read_chunk(element.value, depth_max, chunk)) return false;
    take_chunk(chunk, sink);
  }
  return elements.error() == nullptr;
}

bool GenerateDecoder::read_chunk(std::string_view object, int depth_max, Chunk& chunk) {
  wire::JsonObject members(object, depth_max);
  for (wire::JsonMember m; members.next(m);) {
    if (m.kind == JsonKind::null) continue;
    if (m.key == "candidates" && m.kind == JsonKind::array) chunk.candidates = m.value;
    if (m.key == "usageMetadata" && m.kind == JsonKind::object) chunk.usage = m.value;
    if (m.key == "promptFeedback" && m.kind == JsonKind::object) chunk.feedback = m.value;
    if (m.key == "modelVersion") chunk.model = wire::json_text(m.value);
    if (m.key == "responseId") chunk.id = wire::json_text(m.value);
    if (m.key == "createTime") chunk.created = wire::json_text(m.value);
    if (m.key == "error") chunk.error = m.value;
  }
  return members.error() == nullptr;
}

void GenerateDecoder::take_chunk(const Chunk& chunk, Sink& sink) {
  if (!chunk.error.empty()) return fail(stream_error(chunk.error), sink);
  if (!chunk.known()) return;
  if (const auto usage = read_generate_usage(chunk.usage); usage.reported) {
    usage_told_ = usage_told_ && usage == usage_;
    usage_ = usage;
  }
  if (const auto tier = served_tier(chunk.usage); !tier.empty()) service_tier_ = tier;
  begin(chunk, sink);
  if (!chunk.candidates.empty()) {
    wire::JsonArray candidates(chunk.candidates, kDepthMax);
    std::uint32_t place = 0;
    for (wire::JsonMember candidate; candidates.next(candidate) && !ended_; ++place)
      if (candidate.kind == JsonKind::object) take_candidate(candidate.value, place, sink);
  }
  blocked_ = blocked_ || !member(chunk.feedback.empty() ? "{}" : chunk.feedback, "blockReason").empty();
  if (!ended_ && complete()) tell_usage(sink);
}

void GenerateDecoder::begin(const Chunk& chunk, Sink& sink) {
  if (begun_) return;
  begun_ = true;
  id_ = chunk.id;
  AnswerEvent made;
  made.kind = EventKind::begin;
  made.id = chunk.id;
  made.model = chunk.model;
  made.created = unix_seconds(chunk.created);
  made.service_tier = service_tier_;
  sink.on(made);
}

void GenerateDecoder::take_candidate(std::string_view object, std::uint32_t place, Sink& sink) {
  const auto index = wire::json_int(member(object, "index"));
  const auto choice = index && *index >= 0 && *index < kCandidatesMax ? static_cast<std::uint32_t>(*index) : place;
  if (choice >= kCandidatesMax) return fail_malformed("there are too many candidates", sink);
  Candidate& candidate = candidate_of(choice);
  if (candidate.finished) return;
  candidate.logprobs.clear();
  write_logprobs(member(object, "logprobsResult"), candidate.logprobs);
  const std::string_view parts = wire::json_find(object, {"content", "parts"}).value_or("");
  if (parts.starts_with('[')) {
    wire::JsonArray list(parts, kDepthMax);
    for (wire::JsonMember part; list.next(part) && !ended_;)
      if (part.kind == JsonKind::object) take_part(candidate, part.value, sink);
  }
  if (ended_) return;
  if (!candidate.logprobs.empty()) {
    open_item(candidate, ItemKind::message, sink);
    AnswerEvent made = event(EventKind::logprobs, choice, candidate.output);
    made.raw = candidate.logprobs;
    sink.on(made);
  }
  const std::string_view reason = wire::json_text(member(object, "finishReason"));
  if (!reason.empty()) take_finish(candidate, object, reason, sink);
}

void GenerateDecoder::take_part(Candidate& candidate, std::string_view part, Sink& sink) {
  const std::string_view signature = wire::json_text(member(part, "thoughtSignature"));
  const std::string_view call = member(part, "functionCall");
  if (call.starts_with('{')) return take_call(candidate, call, signature, sink);
  const std::string_view text = wire::json_text(member(part, "text"));
  take_words(candidate, part, text, signature, sink);
}

void GenerateDecoder::take_words(Candidate& candidate, std::string_view part, std::string_view text,
                                 std::string_view signature, Sink& sink) {
  const bool thought = member(part, "thought") == "true";
  if (!text.empty()) {
    open_item(candidate, thought ? ItemKind::reasoning : ItemKind::message, sink);
    AnswerEvent made =
        event(thought ? EventKind::reasoning_summary : EventKind::text, candidate.choice, candidate.output);
    made.text = text;
    if (!thought) made.raw = candidate.logprobs;
    sink.on(made);
    if (!thought) candidate.logprobs.clear();
  }
  if (!signature.empty()) tell_signature(candidate, signature, sink);
}

// A call comes whole (name and args), or begins with a name and willContinue, goes on with
// partialArgs and ends with an empty object or with the last of them (recorded both ways).
void GenerateDecoder::take_call(Candidate& candidate, std::string_view call, std::string_view signature, Sink& sink) {
  const std::string_view name = wire::json_text(member(call, "name"));
  const std::string_view partial = member(call, "partialArgs");
  const std::string_view args = member(call, "args");
  const bool goes_on = member(call, "willContinue") == "true";
  if (!name.empty()) {
    begin_call(candidate, call, name, signature, sink);
    candidate.streams_call = goes_on || !partial.empty();
  }
  if (candidate.open != ItemKind::function_call) return;
  if (!candidate.streams_call) {
    tell_arguments(candidate, args.starts_with('{') ? args : "{}", sink);
    return end_item(candidate, sink);
  }
  std::string text;
  if (!partial.empty() && !candidate.args.add(partial, text))
    return fail_malformed("a function call's arguments cannot be put together", sink);
  tell_arguments(candidate, text, sink);
  if (!goes_on) end_item(candidate, sink);
}

void GenerateDecoder::begin_call(Candidate& candidate, std::string_view call, std::string_view name,
                                 std::string_view signature, Sink& sink) {
  end_item(candidate, sink);
  if (!signature.empty()) tell_signature(candidate, signature, sink);
  candidate.calls = true;
  candidate.open = ItemKind::function_call;
  candidate.output = outputs_++;
  const std::string_view told = wire::json_text(member(call, "id"));
  const std::string made_id = call_id();
  AnswerEvent made = event(EventKind::item_begin, candidate.choice, candidate.output);
  made.item = ItemKind::function_call;
  made.call_id = told.empty() ? std::string_view(made_id) : told;
  made.name = name;
  sink.on(made);
}

// Of its own, unless thoughts are being told: it ends what is open.
void GenerateDecoder::tell_signature(Candidate& candidate, std::string_view signature, Sink& sink) {
  open_item(candidate, ItemKind::reasoning, sink);
  AnswerEvent made = event(EventKind::encrypted, candidate.choice, candidate.output);
  const std::string marked = std::string(kSignaturePrefix) + std::string(signature);
  made.text = marked;
  sink.on(made);
  end_item(candidate, sink);
}

// `json` is text; inside a JSON string it is escaped once more.
void GenerateDecoder::tell_arguments(const Candidate& candidate, std::string_view json, Sink& sink) {
  if (json.empty()) return;
  std::string escaped;
  wire::json_escape(escaped, json);
  AnswerEvent made = event(EventKind::arguments, candidate.choice, candidate.output);
  made.text = escaped;
  sink.on(made);
}

void GenerateDecoder::open_item(Candidate& candidate, ItemKind kind, Sink& sink) {
  if (candidate.open == kind) return;
  end_item(candidate, sink);
  candidate.open = kind;
  candidate.output = outputs_++;
  AnswerEvent made = event(EventKind::item_begin, candidate.choice, candidate.output);
  made.item = kind;
  sink.on(made);
}

void GenerateDecoder::end_item(Candidate& candidate, Sink& sink, Finish why) {
  if (!candidate.open) return;
  if (candidate.open == ItemKind::function_call && candidate.streams_call) {
    std::string text;
    candidate.args.finish(text);
    tell_arguments(candidate, text, sink);
    candidate.streams_call = false;
  }
  candidate.open.reset();
  AnswerEvent made = event(EventKind::item_end, candidate.choice, candidate.output);
  made.finish = why;
  sink.on(made);
}

void GenerateDecoder::take_finish(Candidate& candidate, std::string_view object, std::string_view reason, Sink& sink) {
  const FinishRow& row = finish_of(reason);
  if (row.failed) {
    ProviderStreamError error;
    error.code = std::string(reason);
    error.type = "server_error";
    error.message = unescaped(member(object, "finishMessage")).substr(0, 4096);
    if (error.message.empty()) error.message = "The model's answer could not be used: " + error.code;
    error.retryable = true;
    return fail(std::move(error), sink);
  }
  const bool cut_off = row.finish == Finish::length || row.finish == Finish::content_filter;
  end_item(candidate, sink, cut_off ? row.finish : Finish::stop);
  candidate.finished = true;
  candidate.finish = row.finish == Finish::stop && candidate.calls ? Finish::tool_calls : row.finish;
  if (row.finish == Finish::other && reason.size() <= kWordBytesMax) candidate.word = reason;
}

void GenerateDecoder::tell_usage(Sink& sink) {
  if (usage_told_) return;
  usage_told_ = true;
  AnswerEvent made;
  made.kind = EventKind::usage;
  made.usage = &usage_;
  sink.on(made);
}

void GenerateDecoder::fail(ProviderStreamError error, Sink& sink) {
  tell_usage(sink);
  ended_ = true;
  AnswerEvent made;
  made.kind = EventKind::error;
  made.error = &error;
  sink.on(made);
}

void GenerateDecoder::fail_malformed(std::string_view what, Sink& sink) {
  ProviderStreamError error;
  error.message = "The provider's stream cannot be read: " + std::string(what) + ".";
  error.malformed = true;
  error.retryable = true;
  fail(std::move(error), sink);
}

bool GenerateDecoder::complete() const {
  if (candidates_.empty()) return blocked_;
  return std::ranges::all_of(candidates_, [](const auto& candidate) { return candidate->finished; });
}

void GenerateDecoder::finish_all(Sink& sink) {
  tell_usage(sink);
  ended_ = true;
  const auto tell = [&](std::uint32_t choice, Finish finish, std::string_view word) {
    AnswerEvent made = event(EventKind::finish, choice, 0);
    made.finish = finish;
    made.text = word;
    made.service_tier = service_tier_;
    sink.on(made);
  };
  if (candidates_.empty()) tell(0, Finish::content_filter, {});
  for (const auto& candidate : candidates_) tell(candidate->choice, candidate->finish, candidate->word);
}

void GenerateDecoder::close(Sink& sink) {
  if (!ended_ && complete()) finish_all(sink);
}

Result<void> GenerateDecoder::whole(std::string_view body, int depth_max, Sink& sink) {
  const auto refuse = [](std::string_view why) {
    return std::unexpected(Error{Code::stream_failed, Origin::provider, Retry::elsewhere,
                                 "the provider's answer is no GenerateContentResponse: " + std::string(why)});
  };
  if (!take_text(body, depth_max, sink)) return refuse("it is no valid JSON object");
  if (ended_) return {};
  if (!begun_ || (candidates_.empty() && !blocked_)) return refuse("it has neither candidates nor promptFeedback");
  for (const auto& candidate : candidates_) end_item(*candidate, sink);
  finish_all(sink);
  return {};
}

GenerateDecoder::Candidate& GenerateDecoder::candidate_of(std::uint32_t choice) {
  const auto it = std::ranges::find_if(candidates_, [choice](const auto& c) { return c->choice == choice; });
  if (it != candidates_.end()) return **it;
  candidates_.push_back(std::make_unique<Candidate>());
  candidates_.back()->choice = choice;
  return *candidates_.back();
}

// The same answer gives the same ids; empty where the answer has none of its own.
std::string GenerateDecoder::call_id() {
  const std::uint32_t number = calls_++;
  std::string id;
  std::ranges::copy_if(id_, std::back_inserter(id), is_id);
  if (id.empty()) return id;
  id.resize(std::min(id.size(), kIdBytesMax));
  return "call_" + id + "_" + std::to_string(number);
}

}  // namespace fw::cloud::vertex
