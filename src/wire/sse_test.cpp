#include "wire/sse.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace fw::wire {
namespace {

struct Seen {
  std::string name;
  std::string data;
  std::string raw;
  bool canonical;
  bool comment_only;
  bool has_data;
  bool operator==(const Seen&) const = default;
};

struct Result {
  std::vector<Seen> events;
  bool partial = false;
  bool too_long = false;
  bool operator==(const Result&) const = default;
};

Seen seen(const SseEvent& event) {
  Seen out{std::string(event.name), std::string(event.data), std::string(event.raw),
           event.canonical,         event.comment_only,      event.has_data};
  // Whether the LF of a last CR LF had come is the split's doing; nobody relays such bytes as they are.
  if (!event.canonical && out.raw.ends_with("\r\n")) out.raw.pop_back();
  return out;
}

Result decode_parts(const std::vector<std::string_view>& parts, std::size_t bytes_max = 1 << 20) {
  SseDecoder decoder(bytes_max);
  Result out;
  for (std::string_view part : parts) {
    const std::string fed(part);
    std::vector<SseEvent> views;
    SseDecoder::Next next;
    decoder.feed(fed);
    SseEvent event;
    while ((next = decoder.next(event)) == SseDecoder::Next::event) views.push_back(event);
    for (const SseEvent& view : views) out.events.push_back(seen(view));  // they live until the next feed
    if (next == SseDecoder::Next::too_long) {
      out.too_long = true;
      return out;
    }
  }
  out.partial = decoder.partial();
  EXPECT_TRUE(out.partial || decoder.rest().empty());
  return out;
}

Result decode(std::string_view whole) { return decode_parts({whole}); }

// The data of every event that has some.
std::vector<std::string> data_of(std::string_view bytes) {
  std::vector<std::string> out;
  for (const Seen& event : decode(bytes).events)
    if (event.has_data) out.push_back(event.data);
  return out;
}

using Texts = std::vector<std::string>;

TEST(SseDecoder, reads_an_event_where_it_lies) {
  const std::string bytes = "event: response.created\ndata: {\"a\":1}\n\ndata: [DONE]\n\n";
  SseDecoder decoder(1 << 20);
  SseEvent event;
  decoder.feed(bytes);
  ASSERT_EQ(decoder.next(event), SseDecoder::Next::event);
  EXPECT_EQ(event.name, "response.created");
  EXPECT_EQ(event.data, "{\"a\":1}");
  EXPECT_TRUE(event.canonical);
  EXPECT_EQ(event.raw.data(), bytes.data());
  EXPECT_EQ(event.raw, bytes.substr(0, 39));
  ASSERT_EQ(decoder.next(event), SseDecoder::Next::event);
  EXPECT_EQ(event.name, "");
  EXPECT_EQ(event.data, "[DONE]");
  EXPECT_EQ(decoder.next(event), SseDecoder::Next::need_more);
  EXPECT_FALSE(decoder.partial());
}

TEST(SseDecoder, joins_data_lines) {
  EXPECT_EQ(data_of("data: a\ndata\ndata:\ndata: b\n\n"), Texts{"a\n\n\nb"});
  EXPECT_EQ(data_of("data: a\n\ndata: b\ndata: c\n\n"), (Texts{"a", "b\nc"}));
}

TEST(SseDecoder, reads_every_spelling_of_a_field) {
  EXPECT_EQ(data_of("data:a\n\ndata: a\n\ndata:  a\n\ndata\n\ndata: \n\n"), (Texts{"a", "a", " a", "", ""}));
  EXPECT_EQ(data_of("Data: a\n\n data: a\n\ndata : a\n\ndatax: a\n\n"), Texts{});
  EXPECT_EQ(decode("event:x\nevent: y\ndata: a:b\n\n").events[0].name, "y");
}

TEST(SseDecoder, takes_lf_cr_and_crlf_even_mixed) {
  EXPECT_EQ(data_of("data: a\r\n\r\ndata: b\r\rdata: c\n\n"), (Texts{"a", "b", "c"}));
  EXPECT_EQ(data_of("data: a\r\ndata: b\rdata: c\n\r\ndata: d\n\r\ndata: e\r\n\r"), (Texts{"a\nb\nc", "d", "e"}));
  EXPECT_EQ(data_of("data: a\n\rdata: b\n\n"), (Texts{"a", "b"}));
}

TEST(SseDecoder, dispatches_at_cr_without_waiting_for_a_lf) {
  EXPECT_EQ(decode("data: a\r\n\r").events.size(), 1U);
  const Result split = decode_parts({"data: a\r\n\r", "\ndata: b\r\n\r", "\n"});
  ASSERT_EQ(split.events.size(), 2U);
  EXPECT_EQ(split.events[1].data, "b");
  EXPECT_FALSE(split.partial);
}

TEST(SseDecoder, takes_a_byte_order_mark_at_the_very_start_only) {
  EXPECT_EQ(data_of("\xEF\xBB\xBF"
                    "data: a\n\n"),
            Texts{"a"});
  EXPECT_TRUE(decode("\xEF\xBB\xBF"
                     "data: a\n\n")
                  .events[0]
                  .canonical);
  EXPECT_EQ(data_of("data: a\n\n\xEF\xBB\xBF"
                    "data: b\n\n"),
            Texts{"a"});
  EXPECT_EQ(data_of("\n\xEF\xBB\xBF"
                    "data: b\n\n"),
            Texts{});
  EXPECT_EQ(data_of("\xEF\xBB"
                    "data: b\n\n"),
            Texts{});
  EXPECT_EQ(decode("\xEF\xBB"
                   "data: b\n\n")
                .events[0]
                .raw,
            "\xEF\xBB"
            "data: b\n\n");
  EXPECT_EQ(decode("\xEF\xBB\xBF\xEF\xBB\xBF\n\n").events[0].raw, "\xEF\xBB\xBF\n\n");
  EXPECT_TRUE(decode_parts({"\xEF", "\xBB"}).partial);
}

TEST(SseDecoder, says_what_may_be_relayed_as_it_is) {
  for (const char* bytes : {"data: a\n\n", "event: e\ndata: a\ndata: b\n\n", ": c\n\n", "id: 1\nretry: 5\ndata: a\n\n"})
    EXPECT_TRUE(decode(bytes).events[0].canonical) << bytes;
  for (const char* bytes :
       {"data:a\n\n", "data\n\n", "event:e\ndata: a\n\n", "data: a\r\n\n", "data: a\n\r\n", "data: a\n\r"})
    EXPECT_FALSE(decode(bytes).events[0].canonical) << bytes;
}

TEST(SseDecoder, tells_comments_and_events_without_data) {
  const Result r = decode(": keep-alive\n\n:\n:\n\nid: 1\n\nevent: x\n\n: c\ndata: a\n\n");
  ASSERT_EQ(r.events.size(), 5U);
  EXPECT_TRUE(r.events[0].comment_only);
  EXPECT_TRUE(r.events[1].comment_only);
  EXPECT_FALSE(r.events[2].comment_only);
  EXPECT_FALSE(r.events[2].has_data);
  EXPECT_EQ(r.events[3].name, "x");
  EXPECT_FALSE(r.events[3].comment_only);
  EXPECT_FALSE(r.events[4].comment_only);
  EXPECT_TRUE(r.events[4].has_data);
  EXPECT_EQ(r.events[0].raw, ": keep-alive\n\n");
}

TEST(SseDecoder, skips_blank_lines_between_events) {
  const Result r = decode("\n\r\n\rdata: a\n\n\n\r\n\n");
  ASSERT_EQ(r.events.size(), 1U);
  EXPECT_EQ(r.events[0].raw, "data: a\n\n");
  EXPECT_FALSE(r.partial);
}

TEST(SseDecoder, passes_nul_and_invalid_utf8_through) {
  EXPECT_EQ(data_of(std::string_view("data: a\0b\xFF\n\n", 12)), Texts{std::string("a\0b\xFF", 4)});
}

TEST(SseDecoder, does_not_dispatch_an_event_without_its_blank_line) {
  const Result r = decode("data: a\n\ndata: b\n");
  EXPECT_EQ(r.events.size(), 1U);
  EXPECT_TRUE(r.partial);
  SseDecoder decoder(100);
  SseEvent event;
  decoder.feed("data: b\n");
  EXPECT_EQ(decoder.next(event), SseDecoder::Next::need_more);
  EXPECT_EQ(decoder.rest(), "data: b\n");
}

TEST(SseDecoder, limits_an_event_to_the_byte_however_it_comes) {
  const std::string_view bytes = "data: 12345\n\n";
  const std::string_view crlf = "data: 1234\r\n\r\n";  // its last LF does not count
  for (std::string_view event : {bytes, crlf})
    for (std::size_t split = 0; split <= event.size(); ++split) {
      EXPECT_FALSE(decode_parts({event.substr(0, split), event.substr(split)}, 13).too_long) << split;
      EXPECT_TRUE(decode_parts({event.substr(0, split), event.substr(split)}, 12).too_long) << split;
    }
  SseDecoder decoder(4);
  SseEvent event;
  decoder.feed("data: ");
  EXPECT_EQ(decoder.next(event), SseDecoder::Next::too_long);
  decoder.feed("\n\n");
  EXPECT_EQ(decoder.next(event), SseDecoder::Next::too_long);
  SseDecoder held(12);  // and never holds more than that, whatever may follow
  held.feed("data: ");
  EXPECT_EQ(held.next(event), SseDecoder::Next::need_more);
  held.feed("123456");
  EXPECT_EQ(held.next(event), SseDecoder::Next::need_more);
  held.feed("7");
  EXPECT_EQ(held.next(event), SseDecoder::Next::too_long);
  EXPECT_EQ(held.rest().size(), 12U);
}

TEST(SseDecoder, may_release_what_views_pointed_to) {
  SseDecoder decoder(1 << 20);
  SseEvent event;
  decoder.feed("data: a\ndata:");
  EXPECT_EQ(decoder.next(event), SseDecoder::Next::need_more);
  decoder.feed(" b\n\n");
  ASSERT_EQ(decoder.next(event), SseDecoder::Next::event);
  EXPECT_EQ(event.data, "a\nb");
  decoder.release();
  EXPECT_EQ(decoder.next(event), SseDecoder::Next::need_more);
}

// Every stream of the fuzzer's corpus: recorded ones of real servers, and our odd ones.
std::vector<std::string> streams() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(FAIRWAY_SOURCE_DIR "/fuzz/corpus/sse_fuzz")) {
    if (entry.path().extension() != ".sse") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    out.push_back(text.str());
  }
  EXPECT_GT(out.size(), 40U);
  return out;
}

TEST(SseDecoder, gives_the_same_events_at_every_split_of_recorded_streams) {
  for (const std::string& text : streams()) {
    const std::string_view bytes = std::string_view(text).substr(0, 1500);
    const Result whole = decode(bytes);
    for (std::size_t split = 0; split <= bytes.size(); ++split)
      ASSERT_EQ(decode_parts({bytes.substr(0, split), bytes.substr(split)}), whole) << split << "\n" << bytes;
  }
}

TEST(SseDecoder, gives_the_same_events_byte_by_byte) {
  for (const std::string& text : streams()) {
    std::vector<std::string_view> parts;
    for (std::size_t i = 0; i < text.size(); ++i) parts.push_back(std::string_view(text).substr(i, 1));
    ASSERT_EQ(decode_parts(parts), decode(text));
  }
}

TEST(WriteSse, is_read_back_as_canonical) {
  const Texts all{"", "a", "{\"a\":1}", "a\nb", "a\r\nb\rc\n", "\n", " led by a space"};
  const Texts back{"", "a", "{\"a\":1}", "a\nb", "a\nb\nc\n", "\n", " led by a space"};
  for (const char* name : {"", "message_start"}) {
    std::string bytes;
    for (const std::string& data : all) write_sse(bytes, name, data);
    const Result r = decode(bytes);
    ASSERT_EQ(r.events.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(r.events[i].data, back[i]);
      EXPECT_EQ(r.events[i].name, name);
      EXPECT_TRUE(r.events[i].canonical);
      EXPECT_TRUE(r.events[i].has_data);
    }
  }
  std::string out;
  write_sse(out, "a\nb: c", "d");
  EXPECT_EQ(out, "event: ab: c\ndata: d\n\n");
}

}  // namespace
}  // namespace fw::wire
