// Answers of Converse and ConverseStream as events. Facts: Bedrock API reference, ConverseStream;
// @aws-sdk/client-bedrock-runtime 3.1163.0; streams recorded by vercel/ai (fixtures).
#pragma once

#include <memory>
#include <string_view>

#include "dialect/answer_events.h"

namespace fw::cloud::bedrock {

inline constexpr std::string_view kEventStreamType = "application/vnd.amazon.eventstream";

// A stream has ended when both `messageStop` and `metadata` were seen, in either order; without
// `metadata` it was cut off and its usage is not known. An exception ends it as an error whose code
// is the exception's type.
std::unique_ptr<dialect::AnswerDecoder> converse_decoder(dialect::RelayLimits limits);

// inputTokens counts neither cache reads nor writes. A write without a lifetime has five minutes
// (AWS user guide, "Prompt caching"). Never fails: what cannot be read is absent.
dialect::Usage read_converse_usage(std::string_view usage_object);

// Nothing: the model's output could not be used (malformed_model_output, malformed_tool_use), which
// is a failure. An unknown reason is `other`.
struct StopReason {
  dialect::Finish finish = dialect::Finish::other;
  bool failed = false;
};
StopReason read_stop_reason(std::string_view word);

// Whether another try may help after this exception: `throttlingException`, in either case of its
// first letter. An unknown one may.
bool is_retryable_exception(std::string_view type);

}  // namespace fw::cloud::bedrock
