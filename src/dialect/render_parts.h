// What the renderers of the client dialects share.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/answer_events.h"

namespace fw::dialect {

void append_number(std::string& out, std::int64_t number);

// A JSON value with blanks for the line breaks between its tokens, which would end an event's line.
void append_on_one_line(std::string& out, std::string_view json);

// Elements of an array of JSON values, as they follow others in `list`, which has no brackets.
void append_element(std::string& list, std::string_view json);
void append_elements(std::string& list, std::string_view array);

// The object `usage` of a dialect; what read_chat_usage and read_responses_usage would read as these buckets.
void append_chat_usage(std::string& out, const Usage& usage);
void append_responses_usage(std::string& out, const Usage& usage);

// Chat's finish_reason; `word`: the upstream's own one for Finish::other.
std::string_view finish_word(Finish finish, std::string_view word);

// Hands over what was made. What is kept for the next events is small.
void hand_over(std::string& made, std::string& out);

// What kind of item an event speaks of.
bool fits(inner::ItemKind item, EventKind event);

// The open item an event speaks of: the one it names, else the last that fits; null: none is open.
template <class Item>
Item* open_item(std::vector<Item>& items, const AnswerEvent& event) {
  Item* last = nullptr;
  for (std::size_t i = items.size(); i-- > 0;) {
    Item& item = items[i];
    if (!item.open || (event.kind != EventKind::item_end && !fits(item.kind, event.kind))) continue;
    if (item.output == event.output) return &item;
    if (last == nullptr && item.choice == event.choice) last = &item;
  }
  return last;
}

// Members of a Response that repeat the request, defaults filled in, without a comma at either end.
std::string response_echo(const inner::Request& request);

std::unique_ptr<AnswerRenderer> make_chat_renderer(RenderOptions options);
std::unique_ptr<AnswerRenderer> make_responses_renderer(const inner::Request& request, RenderOptions options);

}  // namespace fw::dialect
