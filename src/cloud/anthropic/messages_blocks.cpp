// Content blocks: text, images, documents.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cloud/anthropic/messages_write.h"
#include "wire/hash.h"
#include "wire/json.h"

namespace fw::cloud::anthropic {
namespace {

using dialect::Need;
using dialect::inner::Part;
using dialect::inner::PartKind;
using wire::JsonWriter;

// Base64ImageSource.media_type of @anthropic-ai/sdk 1.12.0.
constexpr std::array<std::string_view, 4> kImages{"image/jpeg", "image/png", "image/gif", "image/webp"};
constexpr std::string_view kPdf = "application/pdf";

std::unexpected<Error> refuse(std::string message) {
  return std::unexpected(client_error(Code::invalid_value, std::move(message)));
}

// What a JSON string says; `made` holds it only where it is written with escapes.
std::string_view says(std::string_view token, std::string& made) {
  const std::string_view raw = wire::json_text(token);
  if (raw.find('\\') == raw.npos) return raw;
  made.clear();
  wire::json_unescape(raw, made);
  return made;
}

bool is_base64(std::string_view text) {
  const std::string_view digits = text.substr(0, text.find('='));
  const std::string_view pad = text.substr(digits.size());
  return !digits.empty() && pad.size() <= 2 && std::ranges::all_of(pad, [](char c) { return c == '='; }) &&
         std::ranges::all_of(digits, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
         });
}

bool is_address(std::string_view url) { return url.starts_with("https://") || url.starts_with("http://"); }

// A data URL (RFC 2397), or bare base64 without a media type.
struct Bytes {
  std::string_view media_type;
  std::string_view base64;
};

Result<Bytes> read_bytes(std::string_view text, std::string_view what) {
  Bytes bytes{.media_type = {}, .base64 = text};
  if (text.starts_with("data:")) {
    const auto comma = std::min(text.find(','), text.size());
    const std::string_view head = text.substr(5, comma - 5);
    if (comma == text.size() || !head.ends_with(";base64"))
      return refuse(fmt::format("found a data URL without ;base64, expected {} as data:TYPE;base64,BYTES", what));
    bytes = {.media_type = head.substr(0, head.find(';')), .base64 = text.substr(comma + 1)};
  }
  if (!is_base64(bytes.base64)) return refuse(fmt::format("found {} that is not base64", what));
  return bytes;
}

void write_address(std::string_view type, std::string_view url, JsonWriter& json) {
  json.begin_object().member("type", type).key("source").begin_object();
  json.member("type", "url").member("url", url).end_object();
}

void write_base64(std::string_view type, const Bytes& bytes, JsonWriter& json) {
  json.begin_object().member("type", type).key("source").begin_object().member("type", "base64");
  json.member("media_type", bytes.media_type).key("data").raw(fmt::format("\"{}\"", bytes.base64)).end_object();
}

std::unexpected<Error> refuse_address(std::string_view what) {
  return refuse(fmt::format("found {} by its URL, expected its bytes as a data URL: this host fetches nothing", what));
}

Result<void> write_image(const Writing& w, const Part& part, JsonWriter& json) {
  std::string made;
  const std::string_view url = says(part.url, made);
  if (url.empty()) return refuse("found an image by its id, which names one of another cloud; expected its bytes");
  if (is_address(url)) {
    if (!w.host.takes_urls) return refuse_address("an image");
    write_address("image", url, json);
    json.end_object();
    return {};
  }
  const auto bytes = read_bytes(url, "an image");
  if (!bytes) return std::unexpected(bytes.error());
  Bytes image = *bytes;
  if (image.media_type == "image/jpg") image.media_type = "image/jpeg";
  if (std::ranges::find(kImages, image.media_type) == kImages.end())
    return refuse(fmt::format("found an image of type '{}', expected image/jpeg, image/png, image/gif or image/webp",
                              image.media_type.substr(0, 100)));
  write_base64("image", image, json);
  json.end_object();
  return {};
}

bool is_text(std::string_view media_type, std::string_view filename) {
  constexpr std::array<std::string_view, 5> kEndings{".txt", ".md", ".csv", ".html", ".json"};
  if (!media_type.empty()) return media_type.starts_with("text/") || media_type == "application/json";
  return std::ranges::any_of(kEndings, [filename](std::string_view ending) { return filename.ends_with(ending); });
}

// A file's bytes: a PDF as it is, text as text.
Result<void> write_file_bytes(std::string_view text, std::string_view filename, JsonWriter& json) {
  const auto read = read_bytes(text, "a file");
  if (!read) return std::unexpected(read.error());
  if (is_text(read->media_type, filename)) {
    const auto decoded = wire::base64_decode(read->base64);
    if (!decoded) return refuse("found a file that is not base64");
    json.begin_object().member("type", "document").key("source").begin_object();
    json.member("type", "text").member("media_type", "text/plain").member("data", std::string_view(*decoded));
    json.end_object();
    return {};
  }
  Bytes pdf = *read;
  if (pdf.media_type.empty()) pdf.media_type = kPdf;
  if (pdf.media_type != kPdf)
    return refuse(fmt::format("found a file of type '{}', expected application/pdf or text",
                              pdf.media_type.substr(0, 100)));
  write_base64("document", pdf, json);
  return {};
}

Result<void> write_document(const Writing& w, const Part& part, JsonWriter& json) {
  std::string made;
  std::string made_name;
  const std::string_view filename = says(part.filename, made_name);
  const std::string_view from = says(part.data.empty() ? part.url : part.data, made);
  if (from.empty()) return refuse("found a file by its id, which names one of another cloud; expected its bytes");
  if (is_address(from)) {
    if (!w.host.takes_urls) return refuse_address("a file");
    write_address("document", from, json);
  } else if (auto written = write_file_bytes(from, filename, json); !written) {
    return written;
  }
  if (!filename.empty()) json.member("title", filename);
  json.end_object();
  return {};
}

// What the policy lets go.
bool may_go(const Writing& w, const Part& part) {
  const bool by_id = part.url.empty() && part.data.empty();
  switch (part.kind) {
    case PartKind::image: return by_id && w.target.dropped(Need::image_file_id);
    case PartKind::file: return by_id && w.target.dropped(Need::file_id);
    case PartKind::audio: return w.target.dropped(Need::audio_input);
    case PartKind::other: return w.target.dropped(Need::unknown_content);
    default: return false;
  }
}

}  // namespace

bool is_blank(std::string_view token) {
  std::string made;
  return says(token, made).find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

Result<void> write_block(const Writing& w, const Part& part, std::string& out) {
  if (may_go(w, part)) return {};
  JsonWriter json(out);
  switch (part.kind) {
    case PartKind::text:
    case PartKind::refusal:
      if (!is_blank(part.text)) json.begin_object().member("type", "text").key("text").raw(part.text).end_object();
      return {};
    case PartKind::image: return write_image(w, part, json);
    case PartKind::file: return write_document(w, part, json);
    case PartKind::audio: return refuse("found audio, expected text, images or files: this model takes no audio");
    case PartKind::other: break;
  }
  return refuse("found a content part of a type that this model cannot be told");
}

}  // namespace fw::cloud::anthropic
