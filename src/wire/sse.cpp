#include "wire/sse.h"

#include <bit>
#include <utility>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace fw::wire {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";

bool ends_line(char c) { return c == '\n' || c == '\r'; }

// The first LF or CR in [at, end).
const char* line_end(const char* at, const char* end) {
#ifdef __SSE2__
  const __m128i lf = _mm_set1_epi8('\n');
  const __m128i cr = _mm_set1_epi8('\r');
  while (end - at >= 16) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const int hits = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, lf), _mm_cmpeq_epi8(v, cr)));
    if (hits != 0) return at + std::countr_zero(static_cast<unsigned>(hits));
    at += 16;
  }
#endif
  while (at != end && !ends_line(*at)) ++at;
  return at;
}

// From the line ending at `eol` to the start of the next line.
const char* after_line(const char* eol, const char* end) {
  const char* next = eol + 1;
  return *eol == '\r' && next != end && *next == '\n' ? next + 1 : next;
}

std::string_view between(const char* from, const char* to) { return {from, static_cast<std::size_t>(to - from)}; }

struct Line {
  std::string_view name;  // empty for a comment
  std::string_view value;
  bool canonical;  // "name: value"
};

Line read_line(std::string_view line) {
  if (line.starts_with("data: ")) return {line.substr(0, 4), line.substr(6), true};
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {line, {}, false};
  std::string_view value = line.substr(colon + 1);
  const bool spaced = value.starts_with(' ');
  if (spaced) value.remove_prefix(1);
  return {line.substr(0, colon), value, spaced};
}

}  // namespace

void SseDecoder::feed(std::string_view bytes) {
  release();
  fed_ = bytes;
}

void SseDecoder::release() {
  if (!finished_.empty()) std::string().swap(finished_);  // clear() and assignment keep the memory
  joined_.clear();
}

SseDecoder::Next SseDecoder::next(SseEvent& out) {
  if (too_long_) return Next::too_long;
  if (held_.empty() && !skip_to_event()) return Next::need_more;
  if (!held_.empty()) return finish_held(out);
  const std::size_t size = read_event(fed_, out);
  if (size == 0) return keep_rest();
  fed_.remove_prefix(size);
  return too_long_ ? Next::too_long : Next::event;
}

// Past the byte order mark and blank lines to the first byte of an event; false: there is none yet.
bool SseDecoder::skip_to_event() {
  while (at_start_ && !fed_.empty()) {
    if (fed_.front() != kBom[bom_matched_]) {
      at_start_ = false;
      held_.assign(kBom.substr(0, std::exchange(bom_matched_, std::uint8_t{0})));  // it was none
      if (!held_.empty()) return true;
      break;
    }
    fed_.remove_prefix(1);
    if (++bom_matched_ < kBom.size()) continue;
    bom_matched_ = 0;
    at_start_ = false;
  }
  // Between events LF, CR and CRLF are blank lines all the same, and the LF of a CR that already
  // ended the last event is skipped with them.
  while (!fed_.empty() && ends_line(fed_.front())) fed_.remove_prefix(1);
  return !fed_.empty();
}

SseDecoder::Next SseDecoder::keep_rest() {
  if (fed_.size() > event_bytes_max_)
    too_long_ = true;
  else
    held_.append(fed_);
  fed_ = {};
  return too_long_ ? Next::too_long : Next::need_more;
}

// Looks in the new bytes, each once, for the blank line that ends the held event.
SseDecoder::Next SseDecoder::finish_held(SseEvent& out) {
  const char* const begin = fed_.data();
  const char* const end = begin + fed_.size();
  const char* at = begin;
  if (at != end && held_.back() == '\r' && *at == '\n') ++at;
  bool at_line_start = ends_line(held_.back());
  while (at != end && !(at_line_start && ends_line(*at))) {
    at = line_end(at, end);
    if (at == end) break;
    at = after_line(at, end);
    at_line_start = true;
  }
  const bool found = at != end;
  const std::string_view part = between(begin, found ? at + 1 : end);
  if (held_.size() + part.size() > event_bytes_max_) {
    too_long_ = true;
    return Next::too_long;
  }
  held_.append(part);
  fed_.remove_prefix(part.size());
  if (!found) return Next::need_more;
  finished_ = std::exchange(held_, std::string());
  read_event(finished_, out);
  return Next::event;
}

std::size_t SseDecoder::read_event(std::string_view bytes, SseEvent& out) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  std::size_t data_lines = 0;
  bool comments = false;
  bool others = false;
  out = SseEvent{};
  out.canonical = true;
  for (;;) {
    const char* const eol = line_end(at, end);
    if (eol == end) return 0;
    if (*eol == '\r') out.canonical = false;
    if (eol == at) break;
    const Line line = read_line(between(at, eol));
    at = after_line(eol, end);
    if (line.name == "data") {
      if (data_lines++ == 0) out.data = line.value;
      out.canonical = out.canonical && line.canonical;
    } else if (line.name == "event") {
      out.name = line.value;
      out.canonical = out.canonical && line.canonical;
      others = true;
    } else {
      (line.name.empty() ? comments : others) = true;
    }
  }
  // A LF after a CR belongs to it but must not be waited for, so it does not count for the limit.
  if (static_cast<std::size_t>(at - bytes.data()) >= event_bytes_max_) too_long_ = true;
  out.raw = between(bytes.data(), after_line(at, end));
  out.has_data = data_lines != 0;
  out.comment_only = comments && !others && !out.has_data;
  if (data_lines > 1) out.data = join(out.raw);
  return out.raw.size();
}

std::string_view SseDecoder::join(std::string_view event_bytes) {
  std::string& data = joined_.emplace_front();
  const char* at = event_bytes.data();
  const char* const end = at + event_bytes.size();
  bool first = true;
  while (at != end && !ends_line(*at)) {
    const char* const eol = line_end(at, end);
    const Line line = read_line(between(at, eol));
    at = after_line(eol, end);
    if (line.name != "data") continue;
    if (!std::exchange(first, false)) data += '\n';
    data += line.value;
  }
  return data;
}

void write_sse(std::string& out, std::string_view name, std::string_view data) {
  if (!name.empty()) {
    out += "event: ";
    for (char c : name)
      if (!ends_line(c)) out += c;
    out += '\n';
  }
  const char* at = data.data();
  const char* const end = at + data.size();
  for (;;) {
    const char* const eol = line_end(at, end);
    out.append("data: ").append(between(at, eol)).append(1, '\n');
    if (eol == end) break;
    at = after_line(eol, end);
  }
  out += '\n';
}

}  // namespace fw::wire
