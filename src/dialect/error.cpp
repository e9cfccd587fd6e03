#include "dialect/error.h"

#include "wire/json_write.h"

namespace fw::dialect {
namespace {

void text_or_null(wire::JsonWriter& writer, std::string_view key, std::string_view text) {
  writer.key(key);
  if (text.empty()) {
    writer.null();
  } else {
    writer.string(text);
  }
}

}  // namespace

std::string error_json(const Error& error, std::string_view request_id) {
  const CodeRow& line = row(error.code);
  std::string out;
  out.reserve(128 + error.message.size());
  wire::JsonWriter writer(out);
  writer.begin_object().key("error").begin_object();
  writer.member("message", error.message);
  writer.member("type", line.type);
  text_or_null(writer, "param", error.param);
  text_or_null(writer, "code", line.text);
  if (!request_id.empty()) writer.member("request_id", request_id);
  writer.end_object().end_object();
  return out;
}

}  // namespace fw::dialect
