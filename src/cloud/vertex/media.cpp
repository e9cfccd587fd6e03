#include "cloud/vertex/media.h"

#include <algorithm>
#include <array>
#include <optional>

namespace fw::cloud::vertex {
namespace {

using dialect::inner::Part;
using dialect::inner::PartKind;

struct Extension {
  std::string_view extension;
  std::string_view type;
};
// Types that Gemini takes (docs "Gemini models": image, document, audio understanding; 2026-11).
constexpr std::array<Extension, 20> kExtensions{{
    {"png", "image/png"},   {"jpg", "image/jpeg"},        {"jpeg", "image/jpeg"}, {"webp", "image/webp"},
    {"gif", "image/gif"},   {"heic", "image/heic"},       {"heif", "image/heif"}, {"pdf", "application/pdf"},
    {"txt", "text/plain"},  {"md", "text/markdown"},      {"html", "text/html"},  {"csv", "text/csv"},
    {"xml", "text/xml"},    {"json", "application/json"}, {"mp3", "audio/mp3"},   {"wav", "audio/wav"},
    {"flac", "audio/flac"}, {"mp4", "video/mp4"},         {"webm", "video/webm"}, {"mov", "video/mov"},
}};

struct Inline {
  std::string_view type;  // empty: not told
  std::string_view base64;
};

bool is_base64(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
           c == '=';
  });
}

bool is_media_type(std::string_view text) {
  return text.size() <= 127 && text.find('/') != text.npos && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '-' ||
                  c == '+' || c == '.';
         });
}

// RFC 2397, base64 only.
std::optional<Inline> read_data_url(std::string_view url) {
  url.remove_prefix(std::string_view("data:").size());
  const auto comma = url.find(',');
  if (comma == url.npos) return std::nullopt;
  const std::string_view head = url.substr(0, comma);
  const Inline read{head.substr(0, head.find(';')), url.substr(comma + 1)};
  if (!head.ends_with(";base64") || !is_media_type(read.type) || !is_base64(read.base64)) return std::nullopt;
  return read;
}

std::string_view type_by_name(std::string_view name) {
  name = name.substr(0, name.find_first_of("?#"));
  const auto dot = name.rfind('.');
  if (dot == name.npos) return {};
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; };
  const std::string_view extension = name.substr(dot + 1);
  for (const Extension& row : kExtensions)
    if (std::ranges::equal(extension, row.extension, same)) return row.type;
  return {};
}

std::string_view usual_type(PartKind kind) { return kind == PartKind::image ? "image/jpeg" : "application/pdf"; }

std::unexpected<Error> refuse(std::string_view param, std::string message) {
  return std::unexpected(client_error(Code::invalid_value, std::move(message), std::string(param)));
}

void write_inline(std::string_view type, std::string_view base64, wire::JsonWriter& out) {
  out.begin_object().key("inlineData").begin_object();
  out.member("mimeType", type).key("data").string(base64);
  out.end_object().end_object();
}

Result<void> write_audio(const Part& part, std::string_view param, wire::JsonWriter& out) {
  std::string data_store;
  std::string format_store;
  const std::string_view data = text_of(part.data, data_store);
  const std::string type = "audio/" + std::string(text_of(part.format, format_store));
  if (!is_base64(data)) return refuse(param, "found audio that is no base64, expected input_audio.data in base64");
  if (!is_media_type(type)) return refuse(param, "found no format of the audio, expected one such as \"wav\"");
  write_inline(type, data, out);
  return {};
}

Result<void> write_address(const Part& part, std::string_view url, std::string_view param, wire::JsonWriter& out) {
  if (!url.starts_with("https://") && !url.starts_with("http://") && !url.starts_with("gs://"))
    return refuse(param, "found an address that is no data:, https: or gs: URL");
  std::string name_store;
  std::string_view type = type_by_name(url);
  if (type.empty()) type = type_by_name(text_of(part.filename, name_store));
  if (type.empty()) type = usual_type(part.kind);
  out.begin_object().key("fileData").begin_object();
  out.member("mimeType", type).member("fileUri", url);
  out.end_object().end_object();
  return {};
}

// Bytes of a file: a data URL, or bare base64 and the file's name.
Result<void> write_bytes(const Part& part, std::string_view bytes, std::string_view param, wire::JsonWriter& out) {
  if (bytes.starts_with("data:")) {
    const auto read = read_data_url(bytes);
    if (!read) return refuse(param, "found a data URL that is not data:TYPE;base64,BYTES");
    write_inline(read->type, read->base64, out);
    return {};
  }
  if (!is_base64(bytes)) return refuse(param, "found bytes that are no base64");
  std::string store;
  const std::string_view type = type_by_name(text_of(part.filename, store));
  write_inline(type.empty() ? usual_type(part.kind) : type, bytes, out);
  return {};
}

}  // namespace

std::string_view text_of(std::string_view token, std::string& store) {
  const std::string_view inside = wire::json_text(token);
  if (inside.find('\\') == inside.npos) return inside;
  wire::json_unescape(inside, store);
  return store;
}

Result<void> write_media(const Part& part, std::string_view param, wire::JsonWriter& out) {
  if (part.kind == PartKind::audio) return write_audio(part, param, out);
  std::string store;
  if (!part.url.empty()) {
    const std::string_view url = text_of(part.url, store);
    return url.starts_with("data:") ? write_bytes(part, url, param, out) : write_address(part, url, param, out);
  }
  if (!part.data.empty()) return write_bytes(part, text_of(part.data, store), param, out);
  return refuse(param, "found a file_id, which names a file of another cloud; expected the bytes or an address");
}

}  // namespace fw::cloud::vertex
