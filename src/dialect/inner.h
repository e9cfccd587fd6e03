// The inner form of a request: what Chat Completions and Responses have in common, and more. Every
// client dialect is read into it and every upstream dialect is written from it.
//
// Values are kept as the client wrote them: a `Raw` is one valid JSON value (a string with its
// quotes and escapes), a view into the body that was read or into Request::made. So text is never
// unescaped only to be escaped again, and numbers keep their spelling.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "dialect/dialect.h"
#include "dialect/needs.h"

namespace fw::dialect::inner {

using Raw = std::string_view;  // empty: absent (JSON null counts as absent)

enum class Role : std::uint8_t { system, developer, user, assistant };

enum class PartKind : std::uint8_t { text, refusal, image, file, audio, other };

struct Part {
  PartKind kind = PartKind::text;
  Raw text;       // text, refusal: a string
  Raw url;        // image, file: a string, "data:…" or "https://…"
  Raw file_id;    // image, file: a string
  Raw data;       // file, audio: a string: base64 or a data URL (file), base64 (audio)
  Raw format;     // audio: a string such as "wav"
  Raw filename;   // file: a string
  Raw detail;     // image, file: a string
  Raw cache_breakpoint;  // `prompt_cache_breakpoint`, the same object in both dialects
  Raw raw;        // the whole part as written
};

enum class ItemKind : std::uint8_t {
  message,          // role and parts
  function_call,    // call_id, name, arguments
  function_output,  // call_id, output or parts
  custom_call,      // call_id, name, arguments (free text)
  custom_output,    // call_id, output or parts
  reasoning,        // parts: its summary; encrypted
  other,            // raw only: an item no other dialect knows
};

struct Item {
  ItemKind kind = ItemKind::message;
  Role role = Role::user;
  std::uint32_t part_begin = 0;  // Request::parts, half open
  std::uint32_t part_end = 0;
  Raw id;         // of the item; a string
  Raw call_id;    // a string
  Raw name;       // a string: the function's, or a message's author
  Raw arguments;  // a string: JSON in a string (function_call), free text (custom_call)
  Raw output;     // a string
  Raw encrypted;  // reasoning: a string
  Raw phase;      // assistant's message: a string, Responses only
  Raw raw;        // the whole item as written; for a Chat message with tool calls: of the message
  std::uint32_t turn = 0;  // items of one Chat message bear one number
};

enum class ToolKind : std::uint8_t { function, custom, hosted };

struct Tool {
  ToolKind kind = ToolKind::function;
  Raw name;         // a string
  Raw description;  // a string
  Raw parameters;   // function: an object
  Raw strict;       // function: true or false
  Raw format;       // custom: an object, as Responses writes it (flat)
  Raw raw;          // hosted: the whole tool
};

enum class ToolChoice : std::uint8_t { absent, automatic, none, required, function, custom, allowed, hosted };

enum class Format : std::uint8_t { absent, text, json_object, json_schema };

struct JsonSchema {
  Raw name;         // a string
  Raw description;  // a string
  Raw schema;       // an object
  Raw strict;       // true or false
};

// A field of the top level that is passed on without being understood.
struct Member {
  std::string_view key;  // raw, between the quotes
  Raw value;
};

struct Request {
  Dialect from = Dialect::chat;
  bool stream = false;
  // The client wrote Chat's deprecated `functions` or `function_call`: here they are tools and calls
  // with ids of ours, and the answer is expected in the old form.
  bool legacy_functions = false;
  Raw body;   // all of it
  Raw model;  // what the client asked for; a string
  std::vector<Item> items;  // system and developer messages included, in order
  std::vector<Part> parts;
  Raw instructions;         // Responses: a string; Chat has messages instead
  std::vector<Tool> tools;
  ToolChoice tool_choice = ToolChoice::absent;
  Raw tool_choice_name;     // function, custom: a string
  Raw tool_choice_raw;      // allowed, hosted: as written
  Format format = Format::absent;
  JsonSchema schema;        // of Format::json_schema
  Raw reasoning_summary;    // a string
  Raw parallel_tool_calls;  // true or false
  // The value of every other top-level field that is a Need, as written; the effort is the bare
  // string in both dialects, likewise verbosity; stop may be a string or an array.
  std::array<Raw, kNeeds> fields{};
  std::vector<Member> others;  // fields that are no Need
  Needs needs;
  std::deque<std::string> made;  // values that had to be written anew; views into it stay good

  // Empty again, its room kept for the next request.
  void clear();

  Raw field(Need need) const { return fields[static_cast<std::size_t>(need)]; }
  std::span<const Part> parts_of(const Item& item) const {
    return std::span(parts).subspan(item.part_begin, item.part_end - item.part_begin);
  }
};

// Reads a body that scan_request accepted; the body must outlive `out`, which must be empty.
// Errors are the client's (400, `param` is the path, such as "messages[2].content"): what cannot be
// understood well enough to be said in another dialect.
Result<void> read_chat_request(std::string_view body, Request& out);
Result<void> read_responses_request(std::string_view body, Request& out);
// By the client's operation: chat or responses.
Result<void> read_request(Operation operation, std::string_view body, Request& out);

// What writing needs besides the request.
struct Target {
  std::string_view model_json;  // quoted and escaped; the body's model
  // What the place cannot be told: left out. Needs of `refused` do not come here.
  const Fates* fates = nullptr;
  bool dropped(Need need) const { return fates != nullptr && has(fates->dropped, need); }
};

// Appends the body of the upstream's request. The same input gives the same bytes. Towards the
// client's own dialect the client's bytes are kept but for what is dropped. Errors: what
// only shows in a value (an image that is no base64, say); origin client, with its path.
Result<void> write_chat_request(const Request& request, const Target& target, std::string& out);
Result<void> write_responses_request(const Request& request, const Target& target, std::string& out);

// What the dialect can be told at all, whichever cloud speaks it: rows that are not `carried`.
std::span<const FateRow> dialect_fates(Dialect upstream);

}  // namespace fw::dialect::inner
