// Responses for a client: the whole protocol of events, or one Response. Whatever the form, the items
// are kept to its end, since the Response at the end repeats them.
#include <optional>
#include <utility>

#include "dialect/event_relay.h"
#include "dialect/render_parts.h"
#include "dialect/response_items.h"
#include "wire/json.h"

namespace fw::dialect {
namespace {

using inner::ItemKind;

ResponsePartKind part_of(EventKind event) {
  switch (event) {
    case EventKind::refusal: return ResponsePartKind::refusal;
    case EventKind::reasoning_text: return ResponsePartKind::reasoning;
    case EventKind::reasoning_summary: return ResponsePartKind::summary;
    default: return ResponsePartKind::text;
  }
}

class ResponsesRenderer final : public AnswerRenderer {
 public:
  ResponsesRenderer(const inner::Request& request, RenderOptions options)
      : options_(std::move(options)),
        echo_(response_echo(request)),
        tier_asked_(wire::json_text(request.field(Need::service_tier))) {}

  void on(const AnswerEvent& event) override;
  void take(std::string& out) override { hand_over(made_, out); }
  std::string whole() override;
  std::string render_error(const Error& error) const override { return responses_error_event(error, sequence_); }
  void end() override;

 private:
  void begin(const AnswerEvent& event);
  void begin_item(const AnswerEvent& event);
  void end_item(ResponseOutput& item, Finish cut);
  ResponseOutput& item_of(const AnswerEvent& event);
  void text(const AnswerEvent& event);
  void arguments(const AnswerEvent& event);
  void annotation(const AnswerEvent& event);
  void encrypted(const AnswerEvent& event);
  void other_item(const AnswerEvent& event);
  void finish(const AnswerEvent& event);
  void open_part(ResponseOutput& item, ResponsePartKind kind, std::uint32_t number);
  void close_part(ResponseOutput& item);

  // An event up to its own members, and its end. Only where a stream is asked for.
  void open_event(std::string_view type);
  void close_event() { made_.append("}\n\n"); }
  void open_item_event(std::string_view type, const ResponseOutput& item);
  void open_part_event(std::string_view type, const ResponseOutput& item);
  void item_event(std::string_view type, const ResponseOutput& item, std::string_view json);
  void response_event(std::string_view type, std::string_view status);
  void append_response(std::string& out, std::string_view status) const;
  std::string_view status() const;
  std::size_t index_of(const ResponseOutput& item) const { return static_cast<std::size_t>(&item - items_.data()); }
  std::string own_id(std::string_view prefix, std::size_t index) const;

  RenderOptions options_;
  std::string echo_;
  std::string tier_asked_;
  std::string tier_;
  std::string id_, model_;  // escaped
  std::string word_;        // of Finish::other
  std::string made_;
  std::vector<ResponseOutput> items_;
  std::unique_ptr<Usage> usage_;
  std::int64_t created_ = 0;
  std::int64_t completed_ = 0;
  std::int64_t sequence_ = 0;
  std::optional<Finish> finish_;
  bool begun_ = false;
  bool over_ = false;
};

void ResponsesRenderer::on(const AnswerEvent& event) {
  using enum EventKind;
  if (event.kind == error || event.kind == usage) {
    if (event.usage != nullptr) usage_ = std::make_unique<Usage>(*event.usage);
    return;
  }
  ResponsesRenderer::begin(event.kind == begin ? event : AnswerEvent{});
  switch (event.kind) {
    case item_begin: return begin_item(event);
    case text:
    case refusal:
    case logprobs:
    case reasoning_text:
    case reasoning_summary: return ResponsesRenderer::text(event);
    case arguments: return ResponsesRenderer::arguments(event);
    case encrypted: return ResponsesRenderer::encrypted(event);
    case annotation: return ResponsesRenderer::annotation(event);
    case item_end:
      if (ResponseOutput* item = open_item(items_, event)) end_item(*item, event.finish);
      return;
    case other_item: return ResponsesRenderer::other_item(event);
    case finish: return ResponsesRenderer::finish(event);
    default: return;
  }
}

void ResponsesRenderer::begin(const AnswerEvent& event) {
  if (std::exchange(begun_, true)) return;
  id_ = event.id.starts_with("resp_") ? std::string(event.id) : "resp_" + options_.id;
  created_ = event.created != 0 ? event.created : options_.created;
  model_ = event.model;
  if (model_.empty()) wire::json_escape(model_, options_.model);
  tier_ = event.service_tier;
  response_event("response.created", "in_progress");
  response_event("response.in_progress", "in_progress");
}

void ResponsesRenderer::open_event(std::string_view type) {
  made_.append("event: ").append(type).append("\ndata: {\"type\":\"").append(type).append(R"(","sequence_number":)");
  append_number(made_, sequence_++);
}

void ResponsesRenderer::open_item_event(std::string_view type, const ResponseOutput& item) {
  open_event(type);
  append_quoted(made_, "item_id", item.telling->id);
  append_numbered(made_, "output_index", static_cast<std::int64_t>(index_of(item)));
}

void ResponsesRenderer::open_part_event(std::string_view type, const ResponseOutput& item) {
  open_item_event(type, item);
  append_numbered(made_, row(item.telling->part.kind).index, item.telling->part.index);
}

void ResponsesRenderer::item_event(std::string_view type, const ResponseOutput& item, std::string_view json) {
  if (!options_.stream) return;
  open_event(type);
  append_numbered(made_, "output_index", static_cast<std::int64_t>(index_of(item)));
  made_.append(R"(,"item":)").append(json);
  close_event();
}

void ResponsesRenderer::response_event(std::string_view type, std::string_view status) {
  if (!options_.stream) return;
  open_event(type);
  made_.append(R"(,"response":)");
  append_response(made_, status);
  close_event();
}

std::string ResponsesRenderer::own_id(std::string_view prefix, std::size_t index) const {
  std::string out(prefix);
  out.append(options_.id).append("_");
  append_number(out, static_cast<std::int64_t>(index));
  return out;
}

void ResponsesRenderer::begin_item(const AnswerEvent& event) {
  const bool custom = event.item == ItemKind::custom_call;
  const std::string_view prefix = event.item == ItemKind::message     ? "msg_"
                                  : event.item == ItemKind::reasoning ? "rs_"
                                  : custom                            ? "ctc_"
                                                                      : "fc_";
  auto telling = std::make_unique<ToldItem>();
  telling->id = event.id.empty() ? own_id(prefix, items_.size()) : std::string(event.id);
  if (is_call(event.item)) {
    telling->call_id = event.call_id.empty() ? own_id("call_", items_.size()) : std::string(event.call_id);
    telling->name = event.name;
  }
  items_.push_back({event.output, event.choice, event.item, true, std::move(telling), {}});
  if (!options_.stream) return;
  std::string json;
  append_item(json, event.item, *items_.back().telling, {});
  item_event("response.output_item.added", items_.back(), json);
}

// An event without the item it belongs to opens one.
ResponseOutput& ResponsesRenderer::item_of(const AnswerEvent& event) {
  if (ResponseOutput* item = open_item(items_, event)) return *item;
  AnswerEvent missing{.kind = EventKind::item_begin, .output = event.output, .choice = event.choice};
  if (!fits(ItemKind::message, event.kind)) missing.item = ItemKind::reasoning;
  begin_item(missing);
  return items_.back();
}

void ResponsesRenderer::open_part(ResponseOutput& item, ResponsePartKind kind, std::uint32_t number) {
  ToldItem& telling = *item.telling;
  if (telling.part.kind == kind && telling.part.number == number) return;
  close_part(item);
  telling.part.kind = kind;
  telling.part.number = number;
  telling.part.index = kind == ResponsePartKind::summary ? telling.summaries++ : telling.contents++;
  if (!options_.stream) return;
  open_part_event(row(kind).added, item);
  made_.append(R"(,"part":)");
  append_part(made_, telling.part, false);
  close_event();
}

void ResponsesRenderer::close_part(ResponseOutput& item) {
  ToldItem& telling = *item.telling;
  ToldPart& part = telling.part;
  if (part.kind == ResponsePartKind::none) return;
  std::string json;
  append_part(json, part, true);
  if (options_.stream) {
    open_part_event(row(part.kind).done, item);
    append_quoted(made_, row(part.kind).field, part.text);
    if (part.kind == ResponsePartKind::text) made_.append(R"(,"logprobs":[)").append(part.logprobs).append("]");
    close_event();
    open_part_event(row(part.kind).finished, item);
    made_.append(R"(,"part":)").append(json);
    close_event();
  }
  std::string& list = part.kind == ResponsePartKind::summary ? telling.summary : telling.content;
  append_element(list, json);
  part = ToldPart{};
}

void ResponsesRenderer::text(const AnswerEvent& event) {
  if (event.text.empty() && event.raw.empty()) return;
  const ResponsePartKind kind = part_of(event.kind);
  if (event.text.empty() && kind != ResponsePartKind::text) return;
  ResponseOutput& item = item_of(event);
  open_part(item, kind, event.part);
  ToldPart& part = item.telling->part;
  part.text += event.text;
  const bool with_logprobs = kind == ResponsePartKind::text && !event.raw.empty();
  if (with_logprobs) append_elements(part.logprobs, event.raw);
  if (!options_.stream) return;
  open_part_event(row(kind).delta, item);
  append_quoted(made_, "delta", event.text);
  if (kind == ResponsePartKind::text) {
    made_.append(R"(,"logprobs":)");
    append_on_one_line(made_, with_logprobs ? event.raw : "[]");
  }
  close_event();
}

void ResponsesRenderer::arguments(const AnswerEvent& event) {
  ResponseOutput* item = open_item(items_, event);
  if (item == nullptr || event.text.empty()) return;
  item->telling->part.text += event.text;
  if (!options_.stream) return;
  const bool custom = item->kind == ItemKind::custom_call;
  open_item_event(custom ? "response.custom_tool_call_input.delta" : "response.function_call_arguments.delta", *item);
  append_quoted(made_, "delta", event.text);
  close_event();
}

void ResponsesRenderer::annotation(const AnswerEvent& event) {
  ResponseOutput& item = item_of(event);
  open_part(item, ResponsePartKind::text, event.part);
  ToldPart& part = item.telling->part;
  append_element(part.annotations, event.raw);
  const std::uint32_t index = part.annotation_count++;
  if (!options_.stream) return;
  open_part_event("response.output_text.annotation.added", item);
  append_numbered(made_, "annotation_index", index);
  made_.append(R"(,"annotation":)");
  append_on_one_line(made_, event.raw);
  close_event();
}

void ResponsesRenderer::encrypted(const AnswerEvent& event) { item_of(event).telling->encrypted += event.text; }

void ResponsesRenderer::end_item(ResponseOutput& item, Finish cut) {
  const bool call = is_call(item.kind);
  if (!call) close_part(item);
  if (call && options_.stream) {
    const bool custom = item.kind == ItemKind::custom_call;
    open_item_event(custom ? "response.custom_tool_call_input.done" : "response.function_call_arguments.done", item);
    append_quoted(made_, custom ? "input" : "arguments", item.telling->part.text);
    if (!custom) append_quoted(made_, "name", item.telling->name);
    close_event();
  }
  const bool whole = cut == Finish::stop || cut == Finish::tool_calls;
  append_item(item.json, item.kind, *item.telling, whole ? "completed" : "incomplete");
  item_event("response.output_item.done", item, item.json);
  item.open = false;
  item.telling.reset();
}

void ResponsesRenderer::other_item(const AnswerEvent& event) {
  items_.push_back({event.output, event.choice, ItemKind::other, false, nullptr, {}});
  append_on_one_line(items_.back().json, event.raw);
  item_event("response.output_item.added", items_.back(), items_.back().json);
  item_event("response.output_item.done", items_.back(), items_.back().json);
}

void ResponsesRenderer::finish(const AnswerEvent& event) {
  if (finish_) return;
  finish_ = event.finish;
  word_ = event.text;
  completed_ = event.created;
  if (!event.service_tier.empty()) tier_ = event.service_tier;
  for (ResponseOutput& item : items_)
    if (item.open) end_item(item, event.finish);
}

std::string_view ResponsesRenderer::status() const {
  const bool complete = finish_ == Finish::stop || finish_ == Finish::tool_calls;
  return complete ? "completed" : "incomplete";
}

void ResponsesRenderer::end() {
  if (!finish_ || std::exchange(over_, true)) return;
  response_event(status() == "completed" ? "response.completed" : "response.incomplete", status());
}

std::string ResponsesRenderer::whole() {
  begin({});
  std::string out;
  append_response(out, status());
  return out;
}

void ResponsesRenderer::append_response(std::string& out, std::string_view status) const {
  const bool running = status == "in_progress";
  out.append(R"({"id":")").append(id_).append(R"(","object":"response","created_at":)");
  append_number(out, created_);
  out.append(R"(,"status":")").append(status).append(R"(","background":false,"completed_at":)");
  if (completed_ != 0 && !running) {
    append_number(out, completed_);
  } else {
    out.append("null");
  }
  out.append(R"(,"error":null,"incomplete_details":)");
  if (status == "incomplete") {
    const bool filtered = finish_ == Finish::content_filter;
    const std::string_view word = word_.empty() ? std::string_view("other") : word_;
    const std::string_view reason = filtered                    ? "content_filter"
                                    : finish_ == Finish::length ? "max_output_tokens"
                                                                : word;
    out.append(R"({"reason":")").append(reason).append("\"}");
  } else {
    out.append("null");
  }
  append_quoted(out, "model", model_);
  out.append(R"(,"output":[)");
  for (const ResponseOutput& item : items_) {
    if (&item != items_.data()) out += ',';
    out += item.json;
  }
  out.append("],");
  out.append(echo_);
  const std::string_view asked = tier_asked_.empty() ? (running ? "auto" : "default") : std::string_view(tier_asked_);
  append_quoted(out, "service_tier", tier_.empty() ? asked : std::string_view(tier_));
  out.append(R"(,"usage":)");
  if (!running && usage_ && usage_->reported) {
    append_responses_usage(out, *usage_);
  } else {
    out.append("null");
  }
  out += '}';
}

}  // namespace

std::unique_ptr<AnswerRenderer> make_responses_renderer(const inner::Request& request, RenderOptions options) {
  return std::make_unique<ResponsesRenderer>(request, std::move(options));
}

}  // namespace fw::dialect
