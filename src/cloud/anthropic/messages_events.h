// Anthropic's events read one by one, however they were framed. Private to the decoders.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cloud/anthropic/messages_decode.h"

namespace fw::cloud::anthropic {

// What happened to an event: told, the last one, an error of the cloud's, or none of this dialect.
enum class Taken : std::uint8_t { told, ended, error, malformed };

// Blocks become items, but for text blocks that follow each other: they are one message. Blocks of
// the cloud's own tools are passed over, for nobody here can ask for any.
class MessagesEvents {
 public:
  // After `error`, `object` holds it; nothing was told of it.
  Taken take(std::string_view object, int depth_max, dialect::AnswerSink& sink);
  // A whole message. False: it is none.
  bool whole(std::string_view object, int depth_max, dialect::AnswerSink& sink);

 private:
  enum class Block : std::uint8_t { none, text, call, thought, other };
  struct Words;
  struct BlockWords;

  Words read(std::string_view object, int depth_max, bool& valid) const;
  BlockWords read_block(std::string_view object, int depth_max, bool& valid) const;
  void begin(std::string_view message, int depth_max, dialect::AnswerSink& sink);
  bool begin_block(std::string_view object, int depth_max, dialect::AnswerSink& sink);
  bool delta(std::string_view object, int depth_max, dialect::AnswerSink& sink);
  void end_block(dialect::AnswerSink& sink);
  void open(dialect::inner::ItemKind item, std::string_view id, std::string_view name, dialect::AnswerSink& sink);
  void close(dialect::Finish finish, dialect::AnswerSink& sink);
  void tell(dialect::EventKind kind, std::string_view text, dialect::AnswerSink& sink);
  void arguments(std::string_view text, dialect::AnswerSink& sink);
  void sealed(std::string_view prefix, std::string_view text, dialect::AnswerSink& sink);
  void finish(dialect::AnswerSink& sink);

  MessagesUsage usage_;
  std::string stop_reason_;
  std::string pending_;  // of the open block: its signature, or the input it began with
  std::uint32_t output_ = 0;
  std::optional<dialect::inner::ItemKind> open_;
  Block block_ = Block::none;
  bool begun_ = false;
  bool has_arguments_ = false;
};

}  // namespace fw::cloud::anthropic
