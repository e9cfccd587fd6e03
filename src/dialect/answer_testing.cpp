#include "dialect/answer_testing.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "wire/json.h"

namespace fw::dialect::testing {
namespace {

using inner::ItemKind;

void join(std::string& list, std::string_view element) {
  if (!list.empty() && !element.empty()) list += ',';
  list += element;
}

// Members in the order of their keys: the dialects nest them differently.
std::string sorted(std::string_view object) {
  std::map<std::string, std::string> members;
  wire::JsonObject read(object, 64);
  for (wire::JsonMember member; read.next(member);) members.emplace(member.key, member.value);
  std::string out;
  for (const auto& [key, value] : members) out += fmt::format("{}={} ", key, value);
  return out;
}

std::string_view word_of(Finish finish, std::string_view word) {
  switch (finish) {
    case Finish::stop: return "stop";
    case Finish::length: return "length";
    case Finish::tool_calls: return "tool_calls";
    case Finish::content_filter: return "content_filter";
    case Finish::other: break;
  }
  return word.empty() ? "stop" : word;
}

std::string part_story(const RebuiltPart& part) {
  return fmt::format("  {} {}: {} annotations [{}] logprobs [{}]\n", part.kind, part.number, part.text,
                     part.annotations, part.logprobs);
}

void add_to_view(const RebuiltItem& item, std::string_view between, ChatView& view) {
  if (is_call(item.kind))
    view.calls += fmt::format("{} {} {} {}\n", static_cast<int>(item.kind), item.call_id, item.name, item.arguments);
  for (const auto& part : item.parts) {
    if (part.kind == "text") view.content += part.text;
    if (part.kind == "refusal") view.refusal += part.text;
    join(view.annotations, part.annotations);
    if (part.kind == "text") join(view.logprobs, part.logprobs);
    if (part.text.empty() || item.kind != ItemKind::reasoning) continue;
    view.reasoning.append(view.reasoning.empty() ? "" : between).append(part.text);
  }
}

}  // namespace

void PrintTo(const ChatView& view, std::ostream* out) {
  *out << "content " << view.content << " refusal " << view.refusal << " reasoning " << view.reasoning << " calls "
       << view.calls << " annotations " << view.annotations << " logprobs " << view.logprobs << " " << view.finish;
}

void Collect::on(const AnswerEvent& event) {
  using enum EventKind;
  if (!this->error.empty()) breach("an event after an error");
  if (event.kind != begin && event.kind != EventKind::error && begins_ == 0) breach("an event before begin");
  if (!event.service_tier.empty()) tier = event.service_tier;
  switch (event.kind) {
    case begin:
      if (begins_++ != 0) breach("begin twice");
      id = event.id;
      model = event.model;
      created = event.created;
      break;
    case EventKind::usage: this->usage = *event.usage; break;
    case finish:
      if (!finishes.emplace(event.choice, RebuiltFinish{event.finish, std::string(event.text), event.created}).second)
        breach("finish twice");
      for (const auto& item : items)
        if (item.open && item.choice == event.choice) breach("finish with an open item");
      break;
    case EventKind::error: this->error = event.error->code + ": " + event.error->message; break;
    default: on_item(event);
  }
}

void Collect::on_item(const AnswerEvent& event) {
  using enum EventKind;
  if (finishes.contains(event.choice)) breach("an item's event after the finish");
  if (event.kind == item_begin || event.kind == other_item) {
    if (event.output != items.size()) breach("outputs are not counted as they begin");
    items.push_back({.kind = event.kind == other_item ? ItemKind::other : event.item,
                     .choice = event.choice,
                     .id = std::string(event.id),
                     .call_id = std::string(event.call_id),
                     .name = std::string(event.name),
                     .arguments = {},
                     .encrypted = {},
                     .raw = std::string(event.raw),
                     .parts = {},
                     .open = event.kind != other_item});
    return;
  }
  if (event.output >= items.size() || !items[event.output].open || items[event.output].choice != event.choice)
    return breach("an event of no open item");
  RebuiltItem& item = items[event.output];
  switch (event.kind) {
    case text:
    case logprobs:
    case annotation: return on_part(item, event, "text");
    case refusal: return on_part(item, event, "refusal");
    case reasoning_text: return on_part(item, event, "reasoning");
    case reasoning_summary: return on_part(item, event, "summary");
    case arguments:
      if (!is_call(item.kind) || event.text.empty()) breach("arguments of no call, or none");
      item.arguments += event.text;
      break;
    case encrypted: item.encrypted += event.text; break;
    case item_end:
      item.open = false;
      item.cut = event.finish != Finish::stop;
      break;
    default: break;
  }
}

void Collect::on_part(RebuiltItem& item, const AnswerEvent& event, std::string kind) {
  const bool reasoning = kind == "reasoning" || kind == "summary";
  if (item.kind != (reasoning ? ItemKind::reasoning : ItemKind::message)) breach("text of another kind of item");
  if (event.text.empty() && event.raw.empty()) breach("an empty piece");
  const auto same = [&](const RebuiltPart& part) { return part.kind == kind && part.number == event.part; };
  auto part = std::ranges::find_if(item.parts, same);
  if (part == item.parts.end())
    part = item.parts.insert(
        part, {.kind = std::move(kind), .number = event.part, .text = {}, .annotations = {}, .logprobs = {}});
  part->text += event.text;
  if (event.kind == EventKind::annotation) return join(part->annotations, sorted(event.raw));
  join(part->logprobs, inside(event.raw));
}

std::string Collect::story(bool with_ids) const {
  std::string out = with_ids ? fmt::format("{} ", id) : "";
  out += fmt::format("{} {} {}\n", model, created, tier);
  for (const auto& item : items) {
    out += fmt::format("item {} choice {} call {} name {} arguments {} encrypted {} raw {}{}{}\n",
                       static_cast<int>(item.kind), item.choice, item.call_id, item.name, item.arguments,
                       item.encrypted, item.raw, item.cut ? " cut" : "", item.open ? " open" : "");
    if (with_ids) out += "  id " + item.id + "\n";
    for (const bool summary : {true, false})  // a Response tells summaries apart from the rest
      for (const auto& part : item.parts)
        if ((part.kind == "summary") == summary) out += part_story(part);
  }
  for (const auto& [choice, finish] : finishes)
    out += fmt::format("finish {} {} {} {}\n", choice, static_cast<int>(finish.finish), finish.word, finish.created);
  out += fmt::format("usage {} {} {} {} {} {} {} {} {} {}\n", usage.reported, usage.input, usage.cache_read,
                     usage.cache_written(), usage.output, usage.reasoning, usage.audio_in, usage.audio_out, usage.image,
                     usage.inconsistent);
  return out + error + breaches;
}

std::map<std::uint32_t, ChatView> Collect::chat(std::string_view between) const {
  std::map<std::uint32_t, ChatView> out;
  for (const auto& item : items)
    if (item.kind != ItemKind::other) add_to_view(item, between, out[item.choice]);
  for (const auto& [choice, finish] : finishes) out[choice].finish = word_of(finish.finish, finish.word);
  return out;
}

std::string describe(const AnswerEvent& event) {
  std::string out = fmt::format("{} {} {} {} {} {} {} [{}] [{}] [{}] [{}] [{}] [{}] [{}]", static_cast<int>(event.kind),
                                static_cast<int>(event.item), static_cast<int>(event.finish), event.output,
                                event.choice, event.part, event.created, event.text, event.id, event.model,
                                event.call_id, event.name, event.service_tier, event.raw);
  if (event.usage != nullptr) out += fmt::format(" {} {}", event.usage->total_input(), event.usage->total_output());
  if (event.error != nullptr)
    out +=
        fmt::format(" {} {} {} {}", event.error->code, event.error->type, event.error->message, event.error->retryable);
  return out + "\n";
}

}  // namespace fw::dialect::testing
