#include "dialect/chat_answer.h"

#include "wire/json.h"

namespace fw::dialect {
namespace {

constexpr std::size_t kItemsMax = 1u << 20;  // a decoder's own limit is far below

}  // namespace

void ChatAnswer::begin(const AnswerEvent& event) {
  if (event.id.starts_with("chatcmpl-")) {
    options_.id = event.id;
  } else {
    options_.id.insert(0, "chatcmpl-");
  }
  if (event.created != 0) options_.created = event.created;
  std::string model(event.model);
  if (model.empty()) wire::json_escape(model, options_.model);
  options_.model = std::move(model);
  note_tier(event);
}

// "auto" is what was asked for, never what was served.
void ChatAnswer::note_tier(const AnswerEvent& event) {
  if (!event.service_tier.empty() && event.service_tier != "auto") tier_ = event.service_tier;
}

std::string ChatAnswer::head(std::string_view object) const {
  constexpr std::size_t kFrameBytes = 128;
  std::string out;
  out.reserve(options_.id.size() + options_.model.size() + tier_.size() + kFrameBytes);
  out.append(R"("id":")").append(options_.id).append(R"(","object":")").append(object).append(R"(","created":)");
  append_number(out, options_.created);
  out.append(R"(,"model":")").append(options_.model).append("\"");
  if (!tier_.empty()) out.append(R"(,"service_tier":")").append(tier_).append("\"");
  return out;
}

std::string ChatAnswer::call_id(const AnswerEvent& event) const {
  if (!event.call_id.empty()) return std::string(event.call_id);
  std::string out("call_");
  out.append(options_.id.starts_with("chatcmpl-") ? std::string_view(options_.id).substr(9) : options_.id).append("_");
  append_number(out, event.output);
  return out;
}

ChatItem* ChatAnswer::begin_item(const AnswerEvent& event, std::uint32_t call) {
  if (items_.size() >= kItemsMax) return nullptr;
  items_.push_back({.output = event.output, .choice = event.choice, .call = call, .kind = event.item});
  return &items_.back();
}

std::unique_ptr<AnswerRenderer> make_chat_renderer(RenderOptions options) {
  return options.stream ? make_chat_stream(std::move(options)) : make_chat_whole(std::move(options));
}

}  // namespace fw::dialect
