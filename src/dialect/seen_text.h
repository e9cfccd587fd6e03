// The text of an answer as it goes by, for what is booked where the cloud's own count does not come.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "wire/token_count.h"

namespace fw::dialect {

class AnswerDecoder;
struct AnswerEvent;

// What was visible of an answer. Reasoning that is not shown is not in it.
struct Seen {
  std::int64_t tokens = 0;  // by o200k_harmony, framing included: exact for OpenAI's models, an estimate for others
  std::int64_t least = 0;   // by any vocabulary: an event that bears text is a token at least
};

class SeenText {
 public:
  // The inside of a JSON string: escaped, without quotes.
  void add(std::string_view escaped);
  // A message, or a call of this name, begins.
  void begin_message();
  void begin_call(std::string_view escaped_name);
  // A chunk of Chat from its first "delta" on: contents, refusals and thoughts, names and arguments of calls.
  void add_chat(std::string_view from_delta);
  // A Responses event: as above, where it is one that carries such a text.
  void add_responses(std::string_view name, std::string_view data);
  // The inner form of either.
  void on(const AnswerEvent& event);
  Seen seen() const;

 private:
  struct Text {
    wire::TokenTally tally;
    std::int64_t framing = 0;  // tokens around the texts
    std::int64_t events = 0;
  };
  Text& text();
  void append(std::string_view escaped);
  std::unique_ptr<Text> text_;  // a stream that is open is small until something is said
};

// Of a whole answer, its last token included; nothing is seen in one that cannot be decoded.
Seen seen_in(AnswerDecoder& decoder, std::string_view body, int depth_max);

}  // namespace fw::dialect
