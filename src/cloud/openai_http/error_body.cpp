#include <algorithm>

#include "cloud/openai_http/failure.h"
#include "wire/json.h"

namespace fw::cloud::openai_http {
namespace {

using wire::JsonKind;
using wire::JsonMember;

constexpr std::size_t kWordBytesMax = 256;
constexpr std::size_t kMessageBytesMax = 4096;
constexpr int kDepthMax = 64;
constexpr int kNestingMax = 4;  // of errors within errors

// One line, cut at a limit but never inside a character.
std::string tidy(std::string_view text, std::size_t bytes_max) {
  std::size_t size = std::min(text.size(), bytes_max);
  while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0u) == 0x80u) --size;
  std::string out(text.substr(0, size));
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

std::string text_of(const JsonMember& member, std::size_t bytes_max) {
  if (member.kind == JsonKind::null) return {};
  if (member.kind != JsonKind::string) return tidy(member.value, bytes_max);
  std::string text;
  wire::json_unescape(wire::json_text(member.value), text);
  return tidy(text, bytes_max);
}

// Where several members say the same, the first one counts.
void keep_first(std::string& into, const JsonMember& member, std::size_t bytes_max) {
  if (into.empty()) into = text_of(member, bytes_max);
}

bool read_object(std::string_view text, ErrorBody& out, int nesting);

void read_member(const JsonMember& member, ErrorBody& out, int nesting) {
  const std::string_view key = member.key;
  const bool nested = member.kind == JsonKind::object && nesting < kNestingMax;
  if (key == "error" && nested) {
    read_object(member.value, out, nesting + 1);
  } else if (key == "message" && nested) {
    ErrorBody inner;
    read_object(member.value, inner, nesting + 1);
    out.message = inner.message.empty() ? text_of(member, kMessageBytesMax) : inner.message;
  } else if (key == "innererror" && nested) {
    const auto code = wire::json_find(member.value, {"code"});
    if (code) out.inner_code = tidy(wire::json_text(*code), kWordBytesMax);
  } else if (key == "message" || key == "error" || key == "detail" || key == "error_message") {
    keep_first(out.message, member, kMessageBytesMax);
  } else if (key == "code" || key == "statusCode") {
    keep_first(out.code, member, kWordBytesMax);
  } else if (key == "type" || key == "status") {
    keep_first(out.type, member, kWordBytesMax);
  } else if (key == "param") {
    keep_first(out.param, member, kWordBytesMax);
  }
}

// False: not an object, or not one to its end; what was read until there stands.
bool read_object(std::string_view text, ErrorBody& out, int nesting) {
  wire::JsonObject members(text, kDepthMax);
  ErrorBody deeper;
  ErrorBody here;
  for (JsonMember member; members.next(member);) read_member(member, member.key == "error" ? deeper : here, nesting);
  const auto merge = [&out](const ErrorBody& from) {
    if (out.code.empty()) out.code = from.code;
    if (out.type.empty()) out.type = from.type;
    if (out.param.empty()) out.param = from.param;
    if (out.message.empty()) out.message = from.message;
    if (out.inner_code.empty()) out.inner_code = from.inner_code;
  };
  // {"type":"error","error":{…}}: what stands inside says more.
  merge(deeper);
  merge(here);
  return members.error() == nullptr;
}

std::string html_title(std::string_view body) {
  const auto open = body.find("<title>");
  const auto close = body.find("</title>");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open + 7) return "an HTML page";
  return "an HTML page: " + tidy(body.substr(open + 7, close - open - 7), kWordBytesMax);
}

}  // namespace

ErrorBody read_error_body(std::string_view body) {
  ErrorBody out;
  const auto begin = body.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return out;
  body.remove_prefix(begin);
  if (body.front() == '<') {
    out.message = html_title(body);
    return out;
  }
  bool read = false;
  if (body.front() == '[') {
    wire::JsonArray elements(body, kDepthMax);
    JsonMember first;
    read = elements.next(first) && first.kind == JsonKind::object && read_object(first.value, out, 0);
  } else {
    read = read_object(body, out, 0);
  }
  if (!read && out.message.empty()) out.message = tidy(body, kMessageBytesMax);
  return out;
}

}  // namespace fw::cloud::openai_http
