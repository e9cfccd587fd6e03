// The conversation as generateContent's contents: turns of the user and the model.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "dialect/inner.h"
#include "wire/json.h"

namespace fw::cloud::vertex {

// Writes one request's `systemInstruction` and `contents` members into an open object. System and
// developer messages go to the first wherever they stand; neighbours of one role become one turn,
// but tool results stay apart from what the user says.
class ContentsWriter {
 public:
  // `signs_calls`: the model refuses calls without a thought signature (Gemini 3 and later).
  ContentsWriter(const dialect::inner::Request& request, bool signs_calls)
      : request_(request), signs_calls_(signs_calls) {}

  Result<void> write(wire::JsonWriter& writer);

 private:
  using Item = dialect::inner::Item;
  using Part = dialect::inner::Part;
  enum class Turn : std::uint8_t { none, user, model, tools };
  struct Call {
    std::string_view name;
    std::size_t number;
  };

  bool has_conversation() const;
  void write_system(wire::JsonWriter& writer);
  void write_system_parts(wire::JsonWriter& writer);
  Result<void> write_item(const Item& item, wire::JsonWriter& writer);
  Result<void> write_message(const Item& item, wire::JsonWriter& writer);
  Result<void> write_call(const Item& item, wire::JsonWriter& writer);
  // The results that stand together, in the order of their calls: Google matches them by it.
  Result<void> write_results(std::size_t begin, std::size_t end, wire::JsonWriter& writer);
  Result<void> write_result(const Item& item, wire::JsonWriter& writer);
  Result<void> write_result_media(const Item& item, wire::JsonWriter& writer);
  void write_response(const Item& item, wire::JsonWriter& writer);
  void remember_signature(const Item& item, wire::JsonWriter& writer);
  void flush_signature(wire::JsonWriter& writer);
  void write_text(Turn turn, std::string_view token, wire::JsonWriter& writer);
  void open(Turn turn, wire::JsonWriter& writer);
  void close(wire::JsonWriter& writer);
  std::string_view param() const;

  const dialect::inner::Request& request_;
  bool signs_calls_;
  Turn turn_ = Turn::none;
  bool turn_has_calls_ = false;
  std::string_view signature_;  // for the call that follows, still escaped
  std::size_t calls_told_ = 0;
  std::map<std::string_view, Call> calls_;  // by their ids as written, so far
};

}  // namespace fw::cloud::vertex
