// Members that are required, and of which kind, after OpenAI's API description (2.3.0) and the Open
// Responses specification (2026-04-24: ResponseResource, Message, FunctionCall, ReasoningBody and the
// streaming events); the life of items and parts as the latter's text tells it.
#include "dialect/protocol_testing.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <sstream>

#include "wire/sse.h"

namespace fw::dialect::testing {
namespace {

using wire::JsonKind;

char letter(const Json& json) {
  if (json.absent()) return '-';
  constexpr std::string_view kLetters = "oasnb0";  // object, array, string, number, boolean, null
  for (const auto kind : {JsonKind::object, JsonKind::array, JsonKind::string, JsonKind::number, JsonKind::boolean})
    if (json.is(kind)) return kLetters[static_cast<std::size_t>(kind)];
  return '0';
}

// "id:s usage:o0" demands a string and an object or null.
std::string demand(const Json& json, std::string_view wanted) {
  std::istringstream words{std::string(wanted)};
  std::string out;
  for (std::string word; words >> word;) {
    const auto colon = word.find(':');
    const char found = letter(json[word.substr(0, colon)]);
    if (word.find(found, colon + 1) == std::string::npos) out += fmt::format("{} is {}; ", word, found);
  }
  return out;
}

constexpr std::string_view kResponse =
    "id:s object:s created_at:n completed_at:n0 status:s incomplete_details:o0 model:s previous_response_id:s0 "
    "instructions:s0 output:a error:o0 tools:a tool_choice:so truncation:s parallel_tool_calls:b text:o top_p:n "
    "presence_penalty:n frequency_penalty:n top_logprobs:n temperature:n reasoning:o usage:o0 max_output_tokens:n0 "
    "max_tool_calls:n0 store:b background:b service_tier:s metadata:o safety_identifier:s0 prompt_cache_key:s0";

std::string check_tool(const Json& tool) {
  if (tool["type"].text() == "function") return demand(tool, "name:s description:s0 parameters:o0 strict:b");
  if (tool["type"].text() == "custom") return demand(tool, "name:s format:o");
  return demand(tool, "type:s");
}

std::string check_part(const Json& part) {
  const auto type = part["type"].text();
  if (type == "output_text") return demand(part, "text:s annotations:a logprobs:a");
  if (type == "refusal") return demand(part, "refusal:s");
  if (type == "reasoning_text" || type == "summary_text") return demand(part, "text:s");
  return "a part of type " + type + "; ";
}

std::string check_item(const Json& item) {
  const auto type = item["type"].text();
  std::string out;
  if (type == "message") {
    out = demand(item, "id:s status:s role:s content:a");
    for (const auto& [key, part] : item["content"].members()) out += check_part(part);
  } else if (type == "function_call") {
    out = demand(item, "id:s call_id:s name:s arguments:s status:s");
  } else if (type == "custom_tool_call") {
    out = demand(item, "id:s call_id:s name:s input:s status:s");
  } else if (type == "reasoning") {
    out = demand(item, "id:s summary:a");
    for (const auto& [key, part] : item["summary"].members()) out += check_part(part);
    for (const auto& [key, part] : item["content"].members()) out += check_part(part);
  } else {
    out = demand(item, "type:s");
  }
  return out;
}

// What the parts of the streams promised, compared with what comes when they are done.
class ResponsesProtocol {
 public:
  std::string check(std::string_view stream) {
    const auto events = events_of(stream);
    for (const auto& event : events) {
      at_ = event.name;
      take(event);
    }
    if (!over_) say("no terminal event");
    return out_;
  }

 private:
  struct Part {
    std::string type, text;
    std::size_t annotations = 0;
    bool open = true;
  };
  struct Item {
    std::string id, type, text;
    Json done;
    bool text_done = false;
    bool open = true;
    std::map<std::string, std::vector<Part>> parts;  // by the name of their index
  };

  void say(std::string_view what) {
    if (!what.empty()) out_ += fmt::format("{} #{}: {}\n", at_, sequence_, what);
  }

  void take(const StreamEvent& event) {
    const Json json(event.text);
    const auto type = json["type"].text();
    if (event.name != type) say("its name is not its type");
    if (over_) say("an event after the end");
    if (json["sequence_number"].number() != sequence_) say("sequence_number is " + json["sequence_number"].raw());
    ++sequence_;
    if (sequence_ == 1 && type != "response.created") say("is the first event");
    if (sequence_ == 2 && type != "response.in_progress") say("is the second event");
    if (!json["response"].absent()) return take_response(type, json["response"]);
    if (type == "response.output_item.added") return add_item(json);
    say(demand(json, "output_index:n"));
    const auto index = static_cast<std::size_t>(json["output_index"].number());
    if (index >= items_.size() || !items_[index].open) return say("of no open item");
    Item& item = items_[index];
    if (type == "response.output_item.done") return end_item(item, json["item"]);
    if (json["item_id"].text() != item.id) say("another item_id");
    if (type.starts_with("response.function_call_arguments.") || type.starts_with("response.custom_tool_call_input."))
      return take_arguments(item, type, json);
    take_part(item, type, json);
  }

  void take_response(const std::string& type, const Json& response) {
    say(check_response(response));
    const auto status = response["status"].text();
    if (type == "response.created" || type == "response.in_progress") {
      if (status != "in_progress" || response["output"].size() != 0) say("status " + status);
      return;
    }
    over_ = true;
    if ("response." + status != type) say("status " + status);
    if ((status == "incomplete") != response["incomplete_details"].is(JsonKind::object)) say("incomplete_details");
    if (response["output"].size() != items_.size()) say("another number of items");
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (items_[i].open) say("with an open item");
      if (items_[i].done.raw() != response["output"].at(i).raw()) say("another item " + std::to_string(i));
    }
  }

  void add_item(const Json& json) {
    const Json& item = json["item"];
    say(check_item(item));
    if (static_cast<std::size_t>(json["output_index"].number()) != items_.size()) say("output_index leaves a gap");
    if (!ids_.insert(item["id"].text()).second) say("an id twice");
    const auto type = item["type"].text();
    const bool ours = type == "message" || type == "function_call" || type == "custom_tool_call";
    if (ours && item["status"].text() != "in_progress") say("status " + item["status"].text());
    if (ours && item["content"].size() + item["arguments"].text().size() + item["input"].text().size() != 0)
      say("begins with content");
    items_.push_back({item["id"].text(), type, {}, {}, false, true, {}});
  }

  void end_item(Item& item, const Json& done) {
    say(check_item(done));
    item.open = false;
    item.done = done;
    if (done["id"].text() != item.id || done["type"].text() != item.type) say("another item");
    const auto status = done["status"].text();
    if (item.type == "message" && status != "completed" && status != "incomplete") say("status " + status);
    const bool call = item.type == "function_call" || item.type == "custom_tool_call";
    if (call && (!item.text_done || done["arguments"].text() + done["input"].text() != item.text))
      say("other arguments");
    compare(item.parts["content_index"], done["content"]);
    compare(item.parts["summary_index"], done["summary"]);
  }

  void compare(const std::vector<Part>& told, const Json& done) {
    if (told.size() != done.size()) return say("another number of parts");
    for (std::size_t i = 0; i < told.size(); ++i) {
      if (told[i].open) say("with an open part");
      compare(told[i], done.at(i));
    }
  }

  void compare(const Part& told, const Json& done) {
    const auto text = done["text"].text() + done["refusal"].text();
    if (done["type"].text() != told.type || text != told.text) say("another part: " + done.raw() + " for " + told.text);
    if (done["annotations"].size() != told.annotations) say("other annotations");
  }

  void take_arguments(Item& item, const std::string& type, const Json& json) {
    const bool custom = type.starts_with("response.custom");
    if ((item.type == "custom_tool_call") != custom) say("of another kind of item");
    if (item.text_done) say("after the arguments were done");
    if (type.ends_with(".delta")) {
      say(demand(json, "delta:s"));
      item.text += json["delta"].text();
      return;
    }
    item.text_done = true;
    say(demand(json, custom ? "input:s" : "arguments:s name:s"));
    if (json[custom ? "input" : "arguments"].text() != item.text) say("other arguments than the deltas");
  }

  void take_part(Item& item, const std::string& type, const Json& json) {
    const std::string index = json["summary_index"].absent() ? "content_index" : "summary_index";
    say(demand(json, index + ":n"));
    auto& parts = item.parts[index];
    const auto at = static_cast<std::size_t>(json[index].number());
    if (type.ends_with("_part.added")) {
      say(check_part(json["part"]));
      if (at != parts.size()) say("its index leaves a gap");
      for (const auto& [name, list] : item.parts)
        if (!list.empty() && list.back().open) say("a part is still open");
      parts.push_back({json["part"]["type"].text(), {}, 0, true});
      return;
    }
    if (at >= parts.size() || !parts[at].open) return say("of no open part");
    Part& part = parts[at];
    if (type.ends_with("_part.done")) {
      part.open = false;
      return compare(part, json["part"]);
    }
    if (type == "response.output_text.annotation.added") {
      if (json["annotation_index"].number() != static_cast<std::int64_t>(part.annotations++)) say("annotation_index");
      return say(demand(json, "annotation:o"));
    }
    take_text(part, type, json);
  }

  void take_text(Part& part, const std::string& type, const Json& json) {
    static const std::map<std::string, std::string> kTypes{{"output_text", "response.output_text"},
                                                           {"refusal", "response.refusal"},
                                                           {"reasoning_text", "response.reasoning_text"},
                                                           {"summary_text", "response.reasoning_summary_text"}};
    const auto known = kTypes.find(part.type);
    if (known == kTypes.end() || !type.starts_with(known->second + ".")) say("of another kind of part");
    if (part.type == "output_text") say(demand(json, "logprobs:a"));
    if (type.ends_with(".delta")) {
      say(demand(json, "delta:s"));
      part.text += json["delta"].text();
      return;
    }
    if (!type.ends_with(".done")) say("unknown");
    const auto text = json["text"].text() + json["refusal"].text();
    if (text != part.text) say("another text than the deltas");
  }

  std::vector<Item> items_;
  std::set<std::string> ids_;
  std::string at_;
  std::string out_;
  std::int64_t sequence_ = 0;
  bool over_ = false;
};

std::string check_chat_usage(const Json& usage) {
  std::string out = demand(usage, "prompt_tokens:n completion_tokens:n total_tokens:n prompt_tokens_details:o");
  if (usage["prompt_tokens"].number() + usage["completion_tokens"].number() != usage["total_tokens"].number())
    out += "the total is no sum; ";
  return out;
}

std::string check_chat_call(const Json& call, bool whole) {
  if (call["id"].absent() && !whole) return demand(call, "index:n");
  std::string out = demand(call, whole ? "id:s type:s" : "id:s type:s index:n");
  const bool custom = call["type"].text() == "custom";
  return out + demand(call[custom ? "custom" : "function"], custom ? "name:s input:s" : "name:s arguments:s");
}

}  // namespace

Json::Json(std::string_view text) : raw_(text) {
  if (wire::json_check(text, 256)) {
    raw_.clear();
    return;
  }
  const std::string array = "[" + raw_ + "]";
  wire::JsonArray outer(array, 256);
  wire::JsonMember self;
  outer.next(self);
  kind_ = self.kind;
  raw_ = std::string(self.value);
  wire::JsonMember member;
  if (kind_ == JsonKind::object)
    for (wire::JsonObject members(raw_, 256); members.next(member);)
      members_.emplace_back(std::string(member.key), Json(member.value));
  if (kind_ == JsonKind::array)
    for (wire::JsonArray elements(raw_, 256); elements.next(member);) members_.emplace_back("", Json(member.value));
}

const Json& Json::operator[](std::string_view key) const {
  static const Json kAbsent;
  for (const auto& [name, value] : members_)
    if (name == key) return value;
  return kAbsent;
}

const Json& Json::at(std::size_t index) const {
  static const Json kAbsent;
  return index < members_.size() ? members_[index].second : kAbsent;
}

std::vector<StreamEvent> events_of(std::string_view stream) {
  std::vector<StreamEvent> out;
  wire::SseDecoder decoder(stream.size() + 1);
  decoder.feed(stream);
  for (wire::SseEvent event; decoder.next(event) == wire::SseDecoder::Next::event;) {
    const bool one_line = event.data.find('\n') == std::string_view::npos;
    const bool good = event.canonical && event.has_data && one_line;
    out.push_back({good ? std::string(event.name) : "odd", std::string(event.data)});
  }
  if (decoder.partial()) out.push_back({"odd", "unfinished"});
  return out;
}

std::string check_responses_stream(std::string_view stream) { return ResponsesProtocol().check(stream); }

std::string check_response(const Json& response) {
  std::string out = demand(response, kResponse);
  out += demand(response["text"], "format:o") + demand(response["reasoning"], "effort:s0 summary:s0");
  for (const auto& [key, tool] : response["tools"].members()) out += check_tool(tool);
  for (const auto& [key, item] : response["output"].members()) out += check_item(item);
  const Json& usage = response["usage"];
  if (usage.is(JsonKind::object)) {
    out += demand(usage, "input_tokens:n output_tokens:n total_tokens:n");
    out += demand(usage["input_tokens_details"], "cached_tokens:n cache_write_tokens:n");
    out += demand(usage["output_tokens_details"], "reasoning_tokens:n");
  }
  return out;
}

std::string check_chat_stream(std::string_view stream) {
  auto events = events_of(stream);
  std::string out;
  if (events.empty() || events.back().text != "[DONE]") return "no [DONE]; ";
  events.pop_back();
  std::set<std::int64_t> spoke, finished;
  std::string id;
  bool usage_told = false;
  for (const auto& event : events) {
    const Json chunk(event.text);
    out += demand(chunk, "id:s object:s created:n model:s choices:a");
    if (!event.name.empty() || usage_told) out += "an odd event: " + event.text + "; ";
    if (!id.empty() && id != chunk["id"].raw()) out += "another id; ";
    id = chunk["id"].raw();
    usage_told = chunk["usage"].is(JsonKind::object);
    if (usage_told) out += check_chat_usage(chunk["usage"]);
    if ((chunk["choices"].size() == 0) != usage_told) out += "choices beside the usage; ";
    for (const auto& [key, choice] : chunk["choices"].members()) {
      out += demand(choice, "index:n delta:o finish_reason:s0 logprobs:o0");
      const auto index = choice["index"].number();
      const bool first = spoke.insert(index).second;
      if (first != !choice["delta"]["role"].absent()) out += "the role is not first; ";
      if (finished.contains(index)) out += "after the finish; ";
      if (choice["finish_reason"].is(JsonKind::string)) finished.insert(index);
      for (const auto& [none, call] : choice["delta"]["tool_calls"].members()) out += check_chat_call(call, false);
    }
  }
  if (finished != spoke || spoke.empty()) out += "a choice without finish; ";
  return out;
}

std::string check_chat_completion(const Json& body) {
  std::string out = demand(body, "id:s object:s created:n model:s choices:a");
  for (const auto& [key, choice] : body["choices"].members()) {
    out += demand(choice, "index:n message:o finish_reason:s logprobs:o0");
    out += demand(choice["message"], "role:s content:s0 refusal:s0");
    for (const auto& [none, call] : choice["message"]["tool_calls"].members()) out += check_chat_call(call, true);
  }
  if (!body["usage"].absent()) out += check_chat_usage(body["usage"]);
  return out;
}

}  // namespace fw::dialect::testing
