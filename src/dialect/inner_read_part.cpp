// Parts of a message: what both dialects say about text, images, files and audio. Either spelling is
// understood in either dialect.
#include "dialect/inner_names.h"
#include "dialect/inner_reader.h"

namespace fw::dialect::inner {
namespace {

struct PartType {
  std::string_view key;
  PartKind kind;
};
constexpr Names kTypes{std::array{PartType{"text", PartKind::text}, PartType{"input_text", PartKind::text},
                                  PartType{"output_text", PartKind::text}, PartType{"summary_text", PartKind::text},
                                  PartType{"reasoning_text", PartKind::text}, PartType{"refusal", PartKind::refusal},
                                  PartType{"image_url", PartKind::image}, PartType{"input_image", PartKind::image},
                                  PartType{"file", PartKind::file}, PartType{"input_file", PartKind::file},
                                  PartType{"input_audio", PartKind::audio}}};

enum class Field : std::uint8_t {
  text,
  refusal,
  image_url,
  file,
  audio,
  file_id,
  detail,
  filename,
  file_data,
  file_url,
  cache_breakpoint
};
struct PartField {
  std::string_view key;
  Field field;
};
constexpr Names kFields{std::array{PartField{"text", Field::text}, PartField{"refusal", Field::refusal},
                                   PartField{"image_url", Field::image_url}, PartField{"file", Field::file},
                                   PartField{"input_audio", Field::audio}, PartField{"file_id", Field::file_id},
                                   PartField{"detail", Field::detail}, PartField{"filename", Field::filename},
                                   PartField{"file_data", Field::file_data}, PartField{"file_url", Field::file_url},
                                   PartField{"prompt_cache_breakpoint", Field::cache_breakpoint}}};

}  // namespace

bool Reader::content(Walk& walk, std::string_view field, PartRange& range) {
  range = {static_cast<std::uint32_t>(out_.parts.size()), static_cast<std::uint32_t>(out_.parts.size()), true};
  const char first = walk.peek();
  if (first == '"') {
    const Raw text = walk.take();
    out_.parts.emplace_back();
    out_.parts.back().text = out_.parts.back().raw = text;
  } else if (first == '[') {
    place_.inner = field;
    place_.inner_index = 0;
    walk.open();
    for (; walk.element(); ++place_.inner_index) {
      if (!part(walk)) return false;
      range.only_text &= out_.parts.back().kind == PartKind::text;
    }
    place_.inner = {};
  } else if (!is_null(walk.take())) {
    return wrong(field, "a string or an array");
  }
  range.end = static_cast<std::uint32_t>(out_.parts.size());
  return true;
}

bool Reader::part(Walk& walk) {
  if (walk.peek() != '{') return wrong({}, "an object");
  const char* const mark = walk.mark();
  walk.open();
  Part read;
  Raw type;
  for (std::string_view key; next_key(walk, key);)
    if (key == "type" ? !text(walk, "type", type) : !part_member(walk, key, read)) return false;
  read.raw = walk.since(mark);
  if (!finish_part(type, read)) return false;
  out_.parts.push_back(read);
  return true;
}

bool Reader::part_member(Walk& walk, std::string_view key, Part& part) {
  const PartField* const known = kFields.find(key);
  if (known == nullptr) {
    walk.take();
    return true;
  }
  switch (known->field) {
    case Field::text: return text(walk, key, part.text);
    case Field::refusal: return text(walk, key, part.text);
    case Field::image_url: return image_member(walk, part);
    case Field::file: return file_members(walk, part);
    case Field::audio: return audio_members(walk, part);
    case Field::file_id: return text(walk, key, part.file_id);
    case Field::detail: return text(walk, key, part.detail);
    case Field::filename: return text(walk, key, part.filename);
    case Field::file_data: return text(walk, key, part.data);
    case Field::file_url: return text(walk, key, part.url);
    case Field::cache_breakpoint: return value(walk, key, kObject, part.cache_breakpoint);
  }
  return true;
}

// A string in Responses, {url, detail} in Chat.
bool Reader::image_member(Walk& walk, Part& part) {
  if (walk.peek() != '{') return text(walk, "image_url", part.url);
  walk.open();
  for (std::string_view key; next_key(walk, key);) {
    if (key == "url" && !text(walk, "image_url.url", part.url)) return false;
    if (key == "detail" && !text(walk, "image_url.detail", part.detail)) return false;
    if (key != "url" && key != "detail") walk.take();
  }
  return true;
}

bool Reader::file_members(Walk& walk, Part& part) {
  if (walk.peek() != '{') return is_null(walk.take()) || wrong("file", "an object");
  walk.open();
  for (std::string_view key; next_key(walk, key);) {
    bool good = true;
    if (key == "file_id")
      good = text(walk, "file.file_id", part.file_id);
    else if (key == "filename")
      good = text(walk, "file.filename", part.filename);
    else if (key == "file_data")
      good = text(walk, "file.file_data", part.data);
    else
      walk.take();
    if (!good) return false;
  }
  return true;
}

bool Reader::audio_members(Walk& walk, Part& part) {
  if (walk.peek() != '{') return is_null(walk.take()) || wrong("input_audio", "an object");
  walk.open();
  for (std::string_view key; next_key(walk, key);) {
    if (key == "data" && !text(walk, "input_audio.data", part.data)) return false;
    if (key == "format" && !text(walk, "input_audio.format", part.format)) return false;
    if (key != "data" && key != "format") walk.take();
  }
  return true;
}

bool Reader::finish_part(Raw type, Part& part) {
  if (type.empty()) return missing("type");
  const PartType* const known = kTypes.find(plain(type));
  part.kind = known == nullptr ? PartKind::other : known->kind;
  switch (part.kind) {
    case PartKind::text:
      if (part.text.empty()) return missing("text");
      break;
    case PartKind::refusal:
      if (part.text.empty()) return missing("refusal");
      break;
    case PartKind::image:
      if (part.url.empty() && part.file_id.empty()) return missing("image_url");
      break;
    case PartKind::file:
      if (part.url.empty() && part.file_id.empty() && part.data.empty()) return missing("file");
      break;
    case PartKind::audio:
      if (part.data.empty()) return missing("input_audio.data");
      break;
    case PartKind::other: break;
  }
  part_needs(part);
  return true;
}

void Reader::part_needs(const Part& part) {
  if (!part.cache_breakpoint.empty()) need(Need::prompt_cache_options);
  if (part.kind == PartKind::text || part.kind == PartKind::refusal) return;
  const bool detailed = !part.detail.empty() && part.detail != "\"auto\"";
  switch (part.kind) {
    case PartKind::image:
      need(Need::image);
      if (!part.url.empty() && !part.url.starts_with("\"data:")) need(Need::image_url);
      if (!part.file_id.empty()) need(Need::image_file_id);
      if (detailed) need(Need::image_detail);
      break;
    case PartKind::file:
      need(Need::file);
      if (!part.url.empty()) need(Need::file_url);
      if (!part.file_id.empty()) need(Need::file_id);
      if (detailed) need(Need::image_detail);
      break;
    case PartKind::audio: need(Need::audio_input); break;
    default: need(Need::unknown_content); break;
  }
}

}  // namespace fw::dialect::inner
