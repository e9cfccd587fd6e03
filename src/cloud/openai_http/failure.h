// Errors of servers that speak OpenAI's HTTP, in all the shapes they come in.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "cloud/adapter.h"
#include "cloud/verdict.h"

namespace fw::cloud::openai_http {

struct ErrorBody {
  std::string code;
  std::string type;
  std::string param;
  std::string message;     // at most 4 KiB, one line, no control bytes
  std::string inner_code;  // Azure: error.innererror.code
};

// Reads {"error":{…}}, an error that is a bare string, a message that is an object, the flat form of
// older vLLM, {"message":…}, FastAPI's {"detail":…}, Azure's {"statusCode":…}, any of them in an
// array of one, and, where the body is no JSON, its first text or an HTML page's title.
ErrorBody read_error_body(std::string_view body);

// What the cloud asks to wait, by retry-after-ms, else retry-after in seconds or as an HTTP date,
// else, where a limit has nothing left, its reset: a number of seconds (Azure) or text such as
// "6m0s" (OpenAI). Negative and unreadable values are 0; large ones are kept.
// Sources: openai 7.57.0 `client.ts` retryRequest; Azure docs "Manage quota".
std::uint32_t retry_after_ms(std::span<const wire::HeaderField> fields, WallTime now);

// A plain decimal number and nothing else.
std::optional<double> decimal(std::string_view text);

// All of the text: a plain number of seconds or a duration such as "20ms", "1.2s", "6m0s"; nothing: it is neither.
std::optional<double> span_ms(std::string_view text);

// Seconds since 1970 of "Sun, 06 Nov 1994 08:49:37 GMT", the one form that may be sent (RFC 9110 §5.6.7).
std::optional<std::int64_t> http_date_seconds(std::string_view text);

// The waits that messages name: "Please retry after 6 seconds", "try again in 1.2s"; 0: none.
std::uint32_t retry_after_ms(std::string_view message);

// The kind of a failure where the cloud's folder does not know better. `status` 0: told inside a
// stream.
FailureKind kind_of(int status, const ErrorBody& error);

// The kind and the words put together. The words of a refused credential are not passed on: they
// quote it in part.
Verdict verdict_of(FailureKind kind, ErrorBody error);

// Reads, asks `kind` (a cloud's own map, which may fall back on kind_of) and fills in the wait.
using KindOf = FailureKind (*)(int status, const ErrorBody& error);
Verdict classify(const Answer& answer, WallTime now, KindOf kind);
Verdict classify_stream(const dialect::ProviderStreamError& error, KindOf kind);

// Where a phrase stands, letters compared without case; npos: nowhere.
std::size_t find_phrase(std::string_view text, std::string_view phrase);
inline bool says(std::string_view text, std::string_view phrase) {
  return find_phrase(text, phrase) != std::string_view::npos;
}

}  // namespace fw::cloud::openai_http
