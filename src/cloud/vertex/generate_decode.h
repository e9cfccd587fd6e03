// Answers of generateContent and streamGenerateContent as events.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/vertex/json_pieces.h"
#include "cloud/vertex/partial_args.h"
#include "dialect/answer_events.h"
#include "wire/sse.h"

namespace fw::cloud::vertex {

// Before a thought signature in an item's encrypted content, so that it is told from another
// cloud's when it comes back. A signature belongs to the call that follows it, or else to the part
// before it.
inline constexpr std::string_view kSignaturePrefix = "vertex:";

// Reads `alt=sse` and the JSON array that comes without it. There is no sentinel: the transfer's
// end is the ending, if every candidate said why it finished before.
class GenerateDecoder final : public dialect::AnswerDecoder {
 public:
  explicit GenerateDecoder(dialect::RelayLimits limits)
      : limits_(limits), events_(limits.event_bytes), pieces_(limits.event_bytes) {}

  void feed(std::string_view bytes, dialect::AnswerSink& sink) override;
  void close(dialect::AnswerSink& sink) override;
  bool ended() const override { return ended_; }
  Result<void> whole(std::string_view body, int depth_max, dialect::AnswerSink& sink) override;

 private:
  enum class Form : std::uint8_t { unknown, events, array };
  struct Candidate {
    std::uint32_t choice = 0;
    std::optional<dialect::inner::ItemKind> open;  // the item being told
    std::uint32_t output = 0;                      // its number
    bool calls = false;
    bool streams_call = false;  // the open call's arguments come in pieces
    bool finished = false;
    dialect::Finish finish = dialect::Finish::other;
    std::string word;      // Google's, for Finish::other
    std::string logprobs;  // of this chunk, until a text takes them along
    PartialArgs args;
  };
  // One GenerateContentResponse: its members as written.
  struct Chunk {
    std::string_view candidates, usage, feedback, model, id, created, error;
    bool known() const { return !candidates.empty() || !usage.empty() || !feedback.empty() || !error.empty(); }
  };
  using Sink = dialect::AnswerSink;

  void feed_events(std::string_view bytes, Sink& sink);
  void feed_array(std::string_view bytes, Sink& sink);
  // One chunk, or an array of them. False: no JSON of this dialect.
  bool take_text(std::string_view text, int depth_max, Sink& sink);
  static bool read_chunk(std::string_view object, int depth_max, Chunk& chunk);
  void take_chunk(const Chunk& chunk, Sink& sink);
  void begin(const Chunk& chunk, Sink& sink);
  void take_candidate(std::string_view object, std::uint32_t place, Sink& sink);
  void take_part(Candidate& candidate, std::string_view part, Sink& sink);
  void take_words(Candidate& candidate, std::string_view part, std::string_view text, std::string_view signature,
                  Sink& sink);
  void take_call(Candidate& candidate, std::string_view call, std::string_view signature, Sink& sink);
  void begin_call(Candidate& candidate, std::string_view call, std::string_view name, std::string_view signature,
                  Sink& sink);
  void tell_signature(Candidate& candidate, std::string_view signature, Sink& sink);
  void tell_arguments(const Candidate& candidate, std::string_view json, Sink& sink);
  void open_item(Candidate& candidate, dialect::inner::ItemKind kind, Sink& sink);
  // `why`: length or content_filter where that cut it off.
  void end_item(Candidate& candidate, Sink& sink, dialect::Finish why = dialect::Finish::stop);
  void take_finish(Candidate& candidate, std::string_view object, std::string_view reason, Sink& sink);
  void tell_usage(Sink& sink);
  void fail(dialect::ProviderStreamError error, Sink& sink);
  void fail_malformed(std::string_view what, Sink& sink);
  bool complete() const;
  void finish_all(Sink& sink);
  Candidate& candidate_of(std::uint32_t choice);
  std::string call_id();

  dialect::RelayLimits limits_;
  wire::SseDecoder events_;
  JsonPieces pieces_;
  std::vector<std::unique_ptr<Candidate>> candidates_;
  std::string id_;
  dialect::Usage usage_;
  std::string service_tier_;
  std::uint32_t outputs_ = 0;
  std::uint32_t calls_ = 0;
  Form form_ = Form::unknown;
  bool begun_ = false;
  bool blocked_ = false;  // the prompt was
  bool usage_told_ = true;
  bool ended_ = false;
};

}  // namespace fw::cloud::vertex
