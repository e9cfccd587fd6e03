// What a request's messages and tools are made of, seen without taking them apart: enough for the
// choice and for people where nothing has to be translated.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dialect/needs.h"
#include "wire/json.h"

namespace fw::dialect {

// Tools that the cloud itself runs, as `tools[].type` spells them (OpenAI's API description 2.3.0,
// 2026-11). A dated word ("web_search_2025_08_26") is counted as the one it starts with.
inline constexpr std::array<std::string_view, 12> kHostedTools{
    "web_search_preview", "web_search", "file_search", "code_interpreter", "computer_use_preview", "computer",
    "image_generation", "mcp", "local_shell", "shell", "apply_patch", "tool_search"};

struct ContentFacts {
  Needs needs;                // image, audio_input, file, item_reference, custom_tools, hosted_tools
  std::uint16_t hosted = 0;   // bit n: kHostedTools[n]
};

// Looks at every member "type" of a JSON object, wherever it stands, as far as it is well-formed. Words inside of strings
// are not taken for members.
ContentFacts scan_content(std::string_view body);
// The same for one who scans the object anyway: what tells of all but its own members, and of one "type", `value` being
// the text from its value on. `facts` must live as long as the watch.
wire::JsonWatch content_watch(ContentFacts& facts);
void take_type(std::string_view value, ContentFacts& facts);

}  // namespace fw::dialect
