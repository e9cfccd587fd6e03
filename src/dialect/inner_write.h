// What writing Chat and writing Responses have in common.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "dialect/inner_walk.h"

namespace fw::dialect::inner {

// A field that is written as the client wrote its value, if it did.
struct PlainField {
  Need need;
  std::string_view key;  // with what stands around it: ,"user":
};
void write_plain(std::span<const PlainField> fields, const Request& request, const Target& target, std::string& out);

inline void put(std::string& out, std::string_view key, Raw value) {
  if (!value.empty()) out.append(key).append(value);
}

// Content that the place takes; `same`: it speaks the client's dialect, so the unknown passes.
bool keeps(const Part& part, const Target& target, bool same);
// False where the part must be written anew to leave something out.
bool as_written(const Part& part, const Target& target);
bool keeps(const Tool& tool, const Target& target);
// False where nothing is left to choose from.
bool any_tool_left(const Request& request, const Target& target);
// Whether what the choice asks for may be said there.
bool keeps_choice(const Request& request, const Target& target);

// The members of `object` for which `left_out` is false, each with a comma before it.
template <class LeftOut>
void copy_members(Raw object, LeftOut left_out, std::string& out) {
  if (!is_object(object)) return;
  Walk walk(object);
  walk.open();
  for (std::string_view key; walk.key(key);)
    if (const Raw value = walk.take(); !left_out(key)) out.append(",\"").append(key).append("\":").append(value);
}

// True for a schema that strict mode takes as it is: every object closed, every property required.
bool strict_ready(Raw schema);

// The body in the client's own dialect: its bytes but for the model and for what is dropped.
void write_chat_same(const Request& request, const Target& target, std::string& out);
void write_responses_same(const Request& request, const Target& target, std::string& out);

// Pieces of the dialects' writers that the ones above use.
void write_chat_messages(const Request& request, const Target& target, std::string& out);
void write_chat_tool(const Tool& tool, const Request& request, const Target& target, std::string& out);
// With a comma before it.
void write_chat_stream_options(const Request& request, const Target& target, std::string& out);
void write_responses_items(const Request& request, const Target& target, std::string& out);
void write_responses_tool(const Tool& tool, const Request& request, const Target& target, std::string& out);
void write_responses_stream_options(const Request& request, const Target& target, std::string& out);

}  // namespace fw::dialect::inner
