// Responses as an upstream: events with a type each, ended by one of a few terminal events.
#include <fmt/format.h>

#include <functional>
#include <utility>
#include <vector>

#include "dialect/event_decoder.h"
#include "dialect/response_words.h"
#include "dialect/skim.h"

namespace fw::dialect {
namespace {

using inner::ItemKind;
using wire::JsonKind;
using wire::JsonMember;

// FNV-1a (draft-eastlake-fnv), byte after byte.
constexpr std::uint64_t kMarkStart = 0xcbf29ce484222325;
std::uint64_t mark(std::uint64_t so_far, std::string_view bytes) {
  for (const char byte : bytes) so_far = (so_far ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return so_far;
}

struct Item {
  std::int64_t index = 0;   // output_index, as the upstream counts
  std::size_t id_mark = 0;  // a hash; 0: no id
  std::uint32_t output = 0;
  ItemKind kind = ItemKind::message;
  bool open = true;
};

// How much of a part was told: what comes again when it is done must not come twice, and what only
// comes then must come once (recorded: deltas that stop early). The text itself is not kept.
struct Part {
  std::uint32_t output = 0;
  std::uint32_t index = 0;
  std::uint32_t annotations = 0;
  bool summary = false;
  std::uint64_t mark = kMarkStart;  // of the bytes told
  std::size_t bytes = 0;
};

// What of a complete text was not told; nothing if what was told is no beginning of it.
std::string_view rest_of(std::string_view whole, const Part& part) {
  if (whole.size() <= part.bytes) return {};
  return mark(kMarkStart, whole.substr(0, part.bytes)) == part.mark ? whole.substr(part.bytes) : std::string_view();
}

std::size_t mark_of(std::string_view id) { return id.empty() ? 0 : std::hash<std::string_view>()(id); }

class ResponsesDecoder final : public EventDecoder {
 public:
  explicit ResponsesDecoder(RelayLimits limits) : EventDecoder(limits) {}
  Result<void> whole(std::string_view body, int depth_max, AnswerSink& sink) override;

 private:
  using Words = ResponseEventWords;

  void take(const wire::SseEvent& event, AnswerSink& sink) override;
  void take_typed(ResponseEvent event, const Words& words, AnswerSink& sink);
  void begin(const ResponseTop& top, AnswerSink& sink);

  void take_text(EventKind kind, const Words& words, std::string_view text, bool done, AnswerSink& sink);
  void take_part(const Words& words, bool summary, AnswerSink& sink);
  void take_annotation(const Words& words, AnswerSink& sink);
  void take_item_added(const Words& words, AnswerSink& sink);
  void take_item_done(std::int64_t index, std::string_view object, AnswerSink& sink);
  Item* item_for(EventKind kind, const Words& words, AnswerSink& sink);

  Item* find(std::int64_t index);
  Item* find_same(std::int64_t index, const ResponseItem& words);
  Part& part_of(std::uint32_t output, std::uint32_t index, bool summary);
  Item* begin_item(std::int64_t index, const ResponseItem& words, AnswerSink& sink);
  void end_item(Item& item, Finish cut, AnswerSink& sink);
  void fill(const Item& item, const ResponseItem& words, AnswerSink& sink);
  void fill_parts(const Item& item, std::string_view array, bool summary, AnswerSink& sink);
  void fill_part(const Item& item, std::uint32_t index, bool summary, const ResponsePart& words, AnswerSink& sink);
  void tell(const Item& item, EventKind kind, Part& part, std::string_view text, std::string_view raw,
            AnswerSink& sink);
  void tell_rest(const Item& item, EventKind kind, Part& part, std::string_view whole, std::string_view raw,
                 AnswerSink& sink);
  void complete_item(Item& item, const ResponseItem& words, AnswerSink& sink);
  void complete_output(std::string_view output, AnswerSink& sink);
  void other_item(std::int64_t index, std::string_view id, std::string_view object, AnswerSink& sink);
  bool room(AnswerSink& sink);

  void conclude(ResponseEvent event, std::string_view response, AnswerSink& sink);
  void conclude(const ResponseTop& top, AnswerSink& sink);
  void tell_usage(const ResponseTop& top, AnswerSink& sink);
  ResponseTop read_top(std::string_view object) const;

  std::vector<Item> items_;
  std::vector<Part> parts_;
  std::uint32_t outputs_ = 0;
  int depth_max_ = kEventDepthMax;
  bool begun_ = false;
  bool in_one_piece_ = false;  // nothing comes twice
  bool called_ = false;  // a call of the client's tools is among the items
};

static_assert(sizeof(ResponsesDecoder) < 300);  // one for each open stream

void ResponsesDecoder::take(const wire::SseEvent& event, AnswerSink& sink) {
  if (event.data.starts_with("[DONE]")) return;  // not this dialect's, but some servers send it
  Words words;
  wire::JsonObject members(event.data, depth_max_);
  for (JsonMember member; members.next(member);) read_response_event(member, words);
  const auto named = response_event_of(event.name);
  const auto type = named == ResponseEvent::other ? response_event_of(words.type) : named;
  const bool untyped_error = words.type.empty() && type == ResponseEvent::other && !words.error.empty();
  if (type == ResponseEvent::error || untyped_error) {
    auto told = read_stream_error(words.error.empty() ? event.data : words.error);
    if (told.type == "error") told.type.clear();
    fail(std::move(told), sink);
  } else if (!read_whole(members, event.data)) {
    fail_not_json(sink);
  } else {
    take_typed(type, words, sink);
  }
}

void ResponsesDecoder::take_typed(ResponseEvent event, const Words& words, AnswerSink& sink) {
  using enum ResponseEvent;
  switch (event) {
    case text_delta: return take_text(EventKind::text, words, words.delta, false, sink);
    case text_done: return take_text(EventKind::text, words, words.whole, true, sink);
    case refusal_delta: return take_text(EventKind::refusal, words, words.delta, false, sink);
    case refusal_done: return take_text(EventKind::refusal, words, words.whole, true, sink);
    case reasoning_delta: return take_text(EventKind::reasoning_text, words, words.delta, false, sink);
    case reasoning_done: return take_text(EventKind::reasoning_text, words, words.whole, true, sink);
    case summary_delta: return take_text(EventKind::reasoning_summary, words, words.delta, false, sink);
    case summary_done: return take_text(EventKind::reasoning_summary, words, words.whole, true, sink);
    case arguments_delta: return take_text(EventKind::arguments, words, words.delta, false, sink);
    case arguments_done: return take_text(EventKind::arguments, words, words.whole, true, sink);
    case part_added:
    case part_done: return take_part(words, false, sink);
    case summary_part_added:
    case summary_part_done: return take_part(words, true, sink);
    case annotation: return take_annotation(words, sink);
    case item_added: return take_item_added(words, sink);
    case item_done: return take_item_done(words.output_index, words.item, sink);
    case created: return begin(read_top(words.response), sink);
    case terminal:
    case failed: return conclude(event, words.response, sink);
    case error:
    case other: return;
  }
}

ResponseTop ResponsesDecoder::read_top(std::string_view object) const {
  ResponseTop top;
  SkimObject members(object, depth_max_);
  for (JsonMember member; members.next(member);) read_response_top(member, depth_max_, top);
  return top;
}

void ResponsesDecoder::begin(const ResponseTop& top, AnswerSink& sink) {
  if (std::exchange(begun_, true)) return;
  sink.on({.kind = EventKind::begin,
           .created = top.created,
           .id = top.id,
           .model = top.model,
           .service_tier = top.service_tier});
}

// The item with this output_index that began last: some servers use one again.
Item* ResponsesDecoder::find(std::int64_t index) {
  for (std::size_t i = items_.size(); i-- > 0;)
    if (items_[i].index == index) return &items_[i];
  return nullptr;
}

// The item of an array that was told before: ids are the better witness, where they are kept.
Item* ResponsesDecoder::find_same(std::int64_t index, const ResponseItem& words) {
  const std::size_t mark = mark_of(words.id);
  for (Item& item : items_)
    if (mark != 0 && item.id_mark == mark) return &item;
  for (Item& item : items_)
    if (item.index == index && item.kind == words.kind) return &item;
  return nullptr;
}

Part& ResponsesDecoder::part_of(std::uint32_t output, std::uint32_t index, bool summary) {
  for (std::size_t i = parts_.size(); i-- > 0;) {
    Part& part = parts_[i];
    if (part.output == output && part.index == index && part.summary == summary) return part;
  }
  parts_.push_back({.output = output, .index = index, .summary = summary});
  return parts_.back();
}

bool ResponsesDecoder::room(AnswerSink& sink) {
  if (items_.size() < kAnswerItemsMax && parts_.size() < kAnswerItemsMax) return true;
  if (!ended_) fail_malformed("too_many_items", "The provider's answer has too many items.", sink);
  return false;
}

Item* ResponsesDecoder::begin_item(std::int64_t index, const ResponseItem& words, AnswerSink& sink) {
  if (!room(sink)) return nullptr;
  begin({}, sink);
  if (Item* before = find(index); before != nullptr && before->open) end_item(*before, Finish::stop, sink);
  items_.push_back({.index = index, .id_mark = mark_of(words.id), .output = outputs_++, .kind = words.kind});
  called_ |= is_call(words.kind);
  sink.on({.kind = EventKind::item_begin,
           .item = words.kind,
           .output = items_.back().output,
           .id = words.id,
           .call_id = words.call_id,
           .name = words.name});
  return &items_.back();
}

void ResponsesDecoder::end_item(Item& item, Finish cut, AnswerSink& sink) {
  if (!std::exchange(item.open, false)) return;
  sink.on({.kind = EventKind::item_end, .finish = cut, .output = item.output});
}

// The open item a piece of text belongs to; a server may leave out that it began.
Item* ResponsesDecoder::item_for(EventKind kind, const Words& words, AnswerSink& sink) {
  Item* item = find(words.output_index);
  const bool message = kind == EventKind::text || kind == EventKind::refusal || kind == EventKind::annotation;
  const bool call = kind == EventKind::arguments;
  const ItemKind wanted = message ? ItemKind::message : ItemKind::reasoning;
  if (item != nullptr && (call ? is_call(item->kind) : item->kind == wanted)) return item->open ? item : nullptr;
  if (call) return nullptr;  // without its name: told whole when it is done
  ResponseItem missing;
  missing.id = words.item_id;
  missing.kind = wanted;
  return begin_item(words.output_index, missing, sink);
}

void ResponsesDecoder::take_text(EventKind kind, const Words& words, std::string_view text, bool done,
                                 AnswerSink& sink) {
  if (text.empty() && words.logprobs.empty()) return;
  const Item* item = item_for(kind, words, sink);
  if (item == nullptr || !room(sink)) return;
  Part& part = part_of(item->output, words.index, kind == EventKind::reasoning_summary);
  if (!done) return tell(*item, kind, part, text, words.logprobs, sink);
  tell_rest(*item, kind, part, text, words.logprobs, sink);
}

void ResponsesDecoder::tell(const Item& item, EventKind kind, Part& part, std::string_view text, std::string_view raw,
                            AnswerSink& sink) {
  if (!in_one_piece_) part.mark = mark(part.mark, text);
  part.bytes += text.size();
  const bool with_logprobs = kind == EventKind::text || kind == EventKind::refusal;
  sink.on({.kind = kind,
           .output = item.output,
           .part = part.index,
           .text = text,
           .raw = with_logprobs ? raw : std::string_view()});
}

// The logprobs of a complete text are those of its pieces once more.
void ResponsesDecoder::tell_rest(const Item& item, EventKind kind, Part& part, std::string_view whole,
                                 std::string_view raw, AnswerSink& sink) {
  const auto rest = part.bytes == 0 ? whole : rest_of(whole, part);
  if (!rest.empty()) tell(item, kind, part, rest, part.bytes == 0 ? raw : std::string_view(), sink);
}

void ResponsesDecoder::take_part(const Words& words, bool summary, AnswerSink& sink) {
  const ResponsePart part = read_response_part(words.part, depth_max_);
  if (part.text.empty() && part.refusal.empty() && part.annotations.empty()) return;
  const Item* item = item_for(part.is_reasoning ? EventKind::reasoning_text : EventKind::text, words, sink);
  if (item != nullptr) fill_part(*item, words.index, summary, part, sink);
}

void ResponsesDecoder::take_annotation(const Words& words, AnswerSink& sink) {
  if (words.annotation.empty()) return;
  const Item* item = item_for(EventKind::annotation, words, sink);
  if (item == nullptr || !room(sink)) return;
  ++part_of(item->output, words.index, false).annotations;
  sink.on({.kind = EventKind::annotation, .output = item->output, .part = words.index, .raw = words.annotation});
}

void ResponsesDecoder::take_item_added(const Words& words, AnswerSink& sink) {
  const ResponseItem item = read_response_item(words.item, depth_max_);
  // What is not known yet is told whole when it is done.
  if (item.kind == ItemKind::other || (is_call(item.kind) && item.name.empty())) return;
  begin_item(words.output_index, item, sink);
}

void ResponsesDecoder::take_item_done(std::int64_t index, std::string_view object, AnswerSink& sink) {
  if (object.empty()) return;
  const ResponseItem words = read_response_item(object, depth_max_);
  if (words.kind == ItemKind::other) return other_item(index, words.id, object, sink);
  Item* item = find(index);
  if (item == nullptr || !item->open || item->kind != words.kind) item = begin_item(index, words, sink);
  if (item != nullptr) complete_item(*item, words, sink);
}

void ResponsesDecoder::complete_item(Item& item, const ResponseItem& words, AnswerSink& sink) {
  fill(item, words, sink);
  if (!ended_) end_item(item, words.status == "incomplete" ? Finish::length : Finish::stop, sink);
}

// The output of a response that is over: what of it no event told.
void ResponsesDecoder::complete_output(std::string_view output, AnswerSink& sink) {
  if (output.empty()) return;
  std::int64_t index = 0;
  SkimArray array(output, depth_max_);
  for (JsonMember member; !ended_ && array.next(member); ++index) {
    if (member.kind != JsonKind::object) continue;
    const ResponseItem words = read_response_item(member.value, depth_max_);
    Item* told = find_same(index, words);
    if (told == nullptr) {
      take_item_done(index, member.value, sink);
    } else if (told->open) {
      complete_item(*told, words, sink);
    }
  }
}

void ResponsesDecoder::other_item(std::int64_t index, std::string_view id, std::string_view object, AnswerSink& sink) {
  if (!room(sink)) return;
  begin({}, sink);
  items_.push_back(
      {.index = index, .id_mark = mark_of(id), .output = outputs_++, .kind = ItemKind::other, .open = false});
  sink.on({.kind = EventKind::other_item, .item = ItemKind::other, .output = items_.back().output, .raw = object});
}

// What of the item was not told before.
void ResponsesDecoder::fill(const Item& item, const ResponseItem& words, AnswerSink& sink) {
  if (is_call(item.kind)) {
    if (words.arguments.empty() || !room(sink)) return;
    tell_rest(item, EventKind::arguments, part_of(item.output, 0, false), words.arguments, {}, sink);
    return;
  }
  if (item.kind == ItemKind::reasoning) fill_parts(item, words.summary, true, sink);
  fill_parts(item, words.content, false, sink);
  if (!words.encrypted.empty() && item.kind == ItemKind::reasoning && !ended_)
    sink.on({.kind = EventKind::encrypted, .output = item.output, .text = words.encrypted});
}

void ResponsesDecoder::fill_parts(const Item& item, std::string_view array, bool summary, AnswerSink& sink) {
  if (array.empty()) return;
  std::uint32_t index = 0;
  SkimArray parts(array, depth_max_);
  for (JsonMember part; !ended_ && parts.next(part); ++index)
    if (part.kind == JsonKind::object)
      fill_part(item, index, summary, read_response_part(part.value, depth_max_), sink);
}

void ResponsesDecoder::fill_part(const Item& item, std::uint32_t index, bool summary, const ResponsePart& words,
                                 AnswerSink& sink) {
  const std::string_view text = words.is_refusal ? words.refusal : words.text;
  if ((text.empty() && words.annotations.empty()) || !room(sink)) return;
  Part& part = part_of(item.output, index, summary);
  const EventKind of_message = words.is_refusal ? EventKind::refusal : EventKind::text;
  const EventKind of_reasoning = summary ? EventKind::reasoning_summary : EventKind::reasoning_text;
  const EventKind kind = item.kind == ItemKind::message ? of_message : of_reasoning;
  tell_rest(item, kind, part, text, words.logprobs, sink);
  if (words.annotations.empty() || item.kind != ItemKind::message) return;
  std::uint32_t seen = 0;
  SkimArray annotations(words.annotations, depth_max_);
  for (JsonMember annotation; annotations.next(annotation);) {
    if (annotation.kind != JsonKind::object || ++seen <= part.annotations) continue;
    part.annotations = seen;
    sink.on({.kind = EventKind::annotation, .output = item.output, .part = index, .raw = annotation.value});
  }
}

void ResponsesDecoder::conclude(ResponseEvent event, std::string_view response, AnswerSink& sink) {
  if (response.empty()) return fail_not_json(sink);
  ResponseTop top = read_top(response);
  if (event == ResponseEvent::failed) top.status = "failed";
  conclude(top, sink);
}

void ResponsesDecoder::tell_usage(const ResponseTop& top, AnswerSink& sink) {
  if (top.usage.empty()) return;
  Usage usage = read_responses_usage(top.usage);
  usage.tool_calls = read_tool_requests(top.tool_usage);
  sink.on({.kind = EventKind::usage, .usage = &usage});
}

void ResponsesDecoder::conclude(const ResponseTop& top, AnswerSink& sink) {
  begin(top, sink);
  tell_usage(top, sink);
  if (top.status == "failed" || top.status == "cancelled" || !top.error.empty()) {
    auto told = read_stream_error(top.error);
    if (told.message.empty()) told.message = "The provider ended the response as " + std::string(top.status) + ".";
    return fail(std::move(told), sink);
  }
  complete_output(top.output, sink);
  const bool filtered = top.reason == "content_filter";
  const bool incomplete = top.status == "incomplete" || !top.reason.empty();
  const Finish cut = filtered                            ? Finish::content_filter
                     : top.reason == "max_output_tokens" ? Finish::length
                                                         : Finish::other;
  for (Item& item : items_)
    if (!ended_) end_item(item, !incomplete ? Finish::stop : filtered ? cut : Finish::length, sink);
  if (ended_) return;
  ended_ = true;
  const bool stopped = !incomplete && (top.status.empty() || top.status == "completed");
  sink.on({.kind = EventKind::finish,
           .finish = !stopped  ? cut
                     : called_ ? Finish::tool_calls
                               : Finish::stop,
           .created = top.completed,
           .text = stopped || cut != Finish::other ? std::string_view()
                   : incomplete                    ? top.reason
                                                   : top.status,
           .service_tier = top.service_tier});
}

Result<void> ResponsesDecoder::whole(std::string_view body, int depth_max, AnswerSink& sink) {
  depth_max_ = depth_max;
  in_one_piece_ = true;
  ResponseTop top;
  wire::JsonObject members(body, depth_max);
  for (JsonMember member; members.next(member);) read_response_top(member, depth_max_, top);
  std::string why;
  if (const auto* error = members.error())
    why = fmt::format("The provider's answer is not a JSON object: {} (at byte {}).", wire::say(error->fault),
                      error->offset);
  else if (!top.object.starts_with("response") && top.error.empty())
    why = "The provider's answer is no response.";
  if (!why.empty())
    return std::unexpected(Error{Code::all_deployments_failed, Origin::provider, Retry::elsewhere, std::move(why)});
  conclude(top, sink);
  return {};
}

}  // namespace

std::unique_ptr<AnswerDecoder> make_responses_decoder(RelayLimits limits) {
  return std::make_unique<ResponsesDecoder>(limits);
}

}  // namespace fw::dialect
