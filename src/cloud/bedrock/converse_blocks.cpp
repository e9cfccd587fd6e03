// Content blocks: text, images, documents.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cloud/bedrock/converse_write.h"
#include "wire/json.h"

namespace fw::cloud::bedrock {
namespace {

using dialect::inner::Part;
using dialect::inner::PartKind;
using wire::JsonWriter;

struct FormatRow {
  std::string_view media_type;
  std::string_view ending;  // of file names
  std::string_view format;
};

// enum ImageFormat and DocumentFormat of @aws-sdk/client-bedrock-runtime 3.1163.0 (2026-11-05).
constexpr std::array<FormatRow, 5> kImages{{{"image/png", "png", "png"},
                                            {"image/jpeg", "jpeg", "jpeg"},
                                            {"image/jpg", "jpg", "jpeg"},
                                            {"image/gif", "gif", "gif"},
                                            {"image/webp", "webp", "webp"}}};
constexpr std::array<FormatRow, 10> kDocuments{
    {{"application/pdf", "pdf", "pdf"},
     {"text/csv", "csv", "csv"},
     {"application/msword", "doc", "doc"},
     {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", "docx"},
     {"application/vnd.ms-excel", "xls", "xls"},
     {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", "xlsx"},
     {"text/html", "html", "html"},
     {"text/plain", "txt", "txt"},
     {"text/markdown", "md", "md"},
     {"application/json", "json", "txt"}}};

constexpr std::size_t kNameBytesMax = 180;  // of a document; Converse takes 200

std::unexpected<Error> refuse(std::string message) {
  return std::unexpected(client_error(Code::invalid_value, std::move(message)));
}

// What a JSON string says; `made` holds it only where it is written with escapes.
std::string_view said(std::string_view token, std::string& made) {
  const std::string_view raw = wire::json_text(token);
  if (raw.find('\\') == raw.npos) return raw;
  made.clear();
  wire::json_unescape(raw, made);
  return made;
}

bool is_base64(std::string_view text) {
  const auto end = text.find('=');
  const std::string_view pad = end == text.npos ? std::string_view() : text.substr(end);
  const std::string_view digits = text.substr(0, end);
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  };
  return !digits.empty() && digits.size() % 4 != 1 && pad.size() <= 2 && std::ranges::all_of(digits, fits) &&
         std::ranges::all_of(pad, [](char c) { return c == '='; });
}

// A data URL (RFC 2397), or bare base64 without a media type.
struct Bytes {
  std::string_view media_type;
  std::string_view base64;
};

Result<Bytes> read_bytes(std::string_view text, std::string_view what) {
  Bytes bytes{.media_type = {}, .base64 = text};
  if (text.starts_with("data:")) {
    const auto comma = text.find(',');
    const std::string_view head = text.substr(5, std::min(comma, text.size()) - 5);
    if (comma == text.npos || !head.ends_with(";base64"))
      return refuse(fmt::format("found a data URL without ;base64, expected {} as data:TYPE;base64,BYTES", what));
    bytes = {.media_type = head.substr(0, head.find(';')), .base64 = text.substr(comma + 1)};
  }
  if (!is_base64(bytes.base64)) return refuse(fmt::format("found {} that is not base64", what));
  return bytes;
}

void write_source(std::string_view base64, JsonWriter& json) {
  json.key("source").begin_object().key("bytes");
  std::string token;
  token.reserve(base64.size() + 4);
  token.append("\"").append(base64);
  // Padding may be missing; AWS's decoders insist on it.
  if (base64.find('=') == base64.npos) token.append((4 - base64.size() % 4) % 4, '=');
  json.raw(token.append("\"")).end_object();
}

Result<void> write_image(const Part& part, JsonWriter& json) {
  std::string made;
  const std::string_view url = said(part.url, made);
  if (!url.starts_with("data:"))
    return refuse("found an image by its URL or id, expected a data URL: this model takes images as bytes only");
  const auto bytes = read_bytes(url, "an image");
  if (!bytes) return std::unexpected(bytes.error());
  const auto row = std::ranges::find(kImages, bytes->media_type, &FormatRow::media_type);
  if (row == kImages.end())
    return refuse(fmt::format("found an image of type '{}', expected image/png, image/jpeg, image/gif or image/webp",
                              bytes->media_type.substr(0, 100)));
  json.begin_object().key("image").begin_object().member("format", row->format);
  write_source(bytes->base64, json);
  json.end_object().end_object();
  return {};
}

std::string_view ending_of(std::string_view filename) {
  const auto dot = filename.rfind('.');
  return dot == filename.npos ? std::string_view() : filename.substr(dot + 1);
}

// Letters, digits, single spaces, hyphens, parentheses and brackets (DocumentBlock), and a number that
// no other document of the request has.
std::string document_name(std::string_view filename, int number) {
  constexpr std::string_view kAllowed = "-()[]";
  std::string name;
  for (const char c : filename.substr(0, filename.rfind('.'))) {
    const bool kept =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kAllowed.find(c) != kAllowed.npos;
    if (name.size() >= kNameBytesMax) break;
    if (kept) name += c;
    if (!kept && !name.empty() && name.back() != ' ') name += ' ';
  }
  while (name.ends_with(' ')) name.pop_back();
  return fmt::format("{}-{}", name.empty() ? "document" : name, number);
}

const FormatRow* document_format(std::string_view media_type, std::string_view filename) {
  auto row = std::ranges::find(kDocuments, media_type, &FormatRow::media_type);
  if (row == kDocuments.end()) row = std::ranges::find(kDocuments, ending_of(filename), &FormatRow::ending);
  return row == kDocuments.end() ? nullptr : row;
}

Result<void> write_document(const Part& part, int& documents, JsonWriter& json) {
  std::string made;
  std::string made_name;
  if (part.data.empty() && !wire::json_text(part.url).starts_with("data:"))
    return refuse("found a file by its URL or id, expected its bytes: this model takes files as bytes only");
  const auto bytes = read_bytes(said(part.data.empty() ? part.url : part.data, made), "a file");
  if (!bytes) return std::unexpected(bytes.error());
  const std::string_view filename = said(part.filename, made_name);
  const FormatRow* const row = document_format(bytes->media_type, filename);
  if (row == nullptr)
    return refuse(fmt::format("found a file of type '{}', expected pdf, csv, doc, docx, xls, xlsx, html, txt or md",
                              bytes->media_type.substr(0, 100)));
  json.begin_object().key("document").begin_object().member("format", row->format);
  json.member("name", std::string_view(document_name(filename, ++documents)));
  write_source(bytes->base64, json);
  json.end_object().end_object();
  return {};
}

}  // namespace

bool is_blank(std::string_view token) {
  std::string made;
  const std::string_view text = said(token, made);
  return text.find_first_not_of(" \t\r\n\v\f") == text.npos;
}

Result<void> write_block(const Part& part, int& documents, std::string& out) {
  JsonWriter json(out);
  switch (part.kind) {
    case PartKind::text:
    case PartKind::refusal:
      if (!is_blank(part.text)) json.begin_object().key("text").raw(part.text).end_object();
      return {};
    case PartKind::image: return write_image(part, json);
    case PartKind::file: return write_document(part, documents, json);
    case PartKind::audio: return refuse("found audio, expected text, images or files: this model takes no audio");
    case PartKind::other: break;
  }
  return refuse("found a content part of a type that this model cannot be told");
}

}  // namespace fw::cloud::bedrock
