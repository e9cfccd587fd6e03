// For the tests and fuzzers of the answer side: what events say put together again, as a client would.
#pragma once

#include <algorithm>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/answer_events.h"

namespace fw::dialect::testing {

struct RebuiltPart {
  std::string kind;  // text, refusal, reasoning, summary
  std::uint32_t number = 0;
  std::string text;
  std::string annotations, logprobs;
};

struct RebuiltItem {
  inner::ItemKind kind = inner::ItemKind::message;
  std::uint32_t choice = 0;
  std::string id, call_id, name, arguments, encrypted, raw;
  std::vector<RebuiltPart> parts;
  bool open = true;
  bool cut = false;
};

struct RebuiltFinish {
  Finish finish = Finish::stop;
  std::string word;
  std::int64_t created = 0;
};

// What a Chat client has of one choice in the end.
struct ChatView {
  std::string content, refusal, reasoning, calls, annotations, logprobs, finish;
  bool operator==(const ChatView&) const = default;
};
void PrintTo(const ChatView& view, std::ostream* out);

// Collects events and notes every breach of their contract.
class Collect final : public AnswerSink {
 public:
  void on(const AnswerEvent& event) override;

  // Everything, piece sizes apart. Ids only where asked for: a renderer makes what is missing.
  std::string story(bool with_ids = true) const;
  // `between`: what keeps pieces of reasoning apart; nothing where they came from Chat, which has one string.
  std::map<std::uint32_t, ChatView> chat(std::string_view between = R"(\n\n)") const;

  std::string id, model, tier;
  std::int64_t created = 0;
  std::vector<RebuiltItem> items;
  std::map<std::uint32_t, RebuiltFinish> finishes;
  Usage usage;
  std::string error;
  std::string breaches;

 private:
  void breach(std::string_view what) { breaches.append(what).append("; "); }
  void on_item(const AnswerEvent& event);
  void on_part(RebuiltItem& item, const AnswerEvent& event, std::string kind);

  int begins_ = 0;
};

// The inside of a JSON array's brackets; elements are compared as they are spelt.
inline std::string_view inside(std::string_view array) {
  return array.size() < 2 ? std::string_view() : array.substr(1, array.size() - 2);
}

// Feeds the bytes between the cuts, each piece from memory of its own.
template <class Feed>
void feed_pieces(std::string_view bytes, std::size_t step, Feed feed) {
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const std::vector<char> piece(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                  bytes.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), at + step)));
    feed(std::string_view(piece.data(), piece.size()));
  }
}

inline Collect decode_stream(Dialect dialect, std::string_view bytes, std::size_t step = std::string_view::npos) {
  Collect out;
  auto decoder = make_decoder(dialect, {});
  feed_pieces(bytes, std::min(step, std::max<std::size_t>(bytes.size(), 1)),
              [&](std::string_view piece) { decoder->feed(piece, out); });
  return out;
}

inline Collect decode_whole(Dialect dialect, std::string_view body) {
  Collect out;
  const auto read = make_decoder(dialect, {})->whole(body, 128, out);
  if (!read) out.error = read.error().message;
  return out;
}

// One event as a line of text.
std::string describe(const AnswerEvent& event);

}  // namespace fw::dialect::testing
