#include "wire/json.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace fw::wire {
namespace {

constexpr int kDepth = 128;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::filesystem::path> suite(char kind) {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(FAIRWAY_SOURCE_DIR "/tests/data/json/test_parsing"))
    if (entry.path().filename().string().starts_with(kind)) out.push_back(entry.path());
  return out;
}

// Reads a value the other way: every container member by member.
std::optional<JsonError> check_by_members(std::string_view text, int depth_max) {
  const std::size_t first = text.find_first_not_of(" \n\r\t");
  if (first == std::string_view::npos || (text[first] != '{' && text[first] != '[')) return json_check(text, depth_max);
  JsonMember member;
  const auto walk = [&](auto& container) -> std::optional<JsonError> {
    while (container.next(member)) {
      if (member.kind != JsonKind::object && member.kind != JsonKind::array) continue;
      if (auto inner = check_by_members(member.value, depth_max - 1))
        return JsonError{inner->fault, inner->offset + static_cast<std::size_t>(member.value.data() - text.data())};
    }
    return container.error() == nullptr ? std::nullopt : std::optional(*container.error());
  };
  JsonObject object(text, depth_max);
  JsonArray array(text, depth_max);
  return text[first] == '{' ? walk(object) : walk(array);
}

void expect_same_both_ways(std::string_view text, int depth_max) {
  const auto whole = json_check(text, depth_max);
  const auto members = check_by_members(text, depth_max);
  ASSERT_EQ(whole.has_value(), members.has_value()) << text;
  if (!whole) return;
  EXPECT_EQ(whole->fault, members->fault) << text;
  EXPECT_EQ(whole->offset, members->offset) << text;
}

TEST(JsonCheck, accepts_every_y_of_the_test_suite) {
  const auto files = suite('y');
  EXPECT_EQ(files.size(), 95U);
  for (const auto& file : files) {
    const auto error = json_check(read(file), kDepth);
    EXPECT_FALSE(error) << file << ": " << say(error->fault) << " at " << error->offset;
  }
}

TEST(JsonCheck, refuses_every_n_of_the_test_suite) {
  const auto files = suite('n');
  EXPECT_EQ(files.size(), 188U);
  for (const auto& file : files) {
    const std::string text = read(file);
    const auto error = json_check(text, kDepth);
    ASSERT_TRUE(error) << file;
    EXPECT_LE(error->offset, text.size());
    expect_same_both_ways(text, kDepth);
  }
}

TEST(JsonCheck, refuses_every_truncation_of_an_object) {
  const std::string text = R"({"a":[1,-2.5e+3,{"b":null}],"c\n":"x\u00e9\ud83d\ude00","d":true,"e":false,"f":{}})";
  ASSERT_FALSE(json_check(text, kDepth));
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto error = json_check(std::string_view(text).substr(0, size), kDepth);
    ASSERT_TRUE(error) << size;
    EXPECT_EQ(error->fault, JsonFault::ended_early) << size;
    EXPECT_EQ(error->offset, size);
  }
}

struct Bad {
  std::string_view text;
  JsonFault fault;
  std::size_t offset;
};

TEST(JsonCheck, says_what_is_wrong_and_where) {
  for (const Bad& bad : std::initializer_list<Bad>{{"", JsonFault::ended_early, 0},
                                                   {" \n", JsonFault::ended_early, 2},
                                                   {"x", JsonFault::value_expected, 0},
                                                   {"\xEF\xBB\xBF{}", JsonFault::byte_order_mark, 0},
                                                   {"tru", JsonFault::ended_early, 3},
                                                   {"trux", JsonFault::literal_invalid, 3},
                                                   {"nul1", JsonFault::literal_invalid, 3},
                                                   {"[1,]", JsonFault::trailing_comma, 3},
                                                   {"{\"a\":1,}", JsonFault::trailing_comma, 7},
                                                   {"[1 2]", JsonFault::comma_expected, 3},
                                                   {"{\"a\" 1}", JsonFault::colon_expected, 5},
                                                   {"{a:1}", JsonFault::key_expected, 1},
                                                   {"{\"a\":1 \"b\":2}", JsonFault::comma_expected, 7},
                                                   {"{\"a\":1,,}", JsonFault::key_expected, 7},
                                                   {"[,1]", JsonFault::value_expected, 1},
                                                   {"01", JsonFault::number_invalid, 1},
                                                   {"-x", JsonFault::number_invalid, 1},
                                                   {"1.x", JsonFault::number_invalid, 2},
                                                   {"1e+", JsonFault::ended_early, 3},
                                                   {"1.", JsonFault::ended_early, 2},
                                                   {"+1", JsonFault::value_expected, 0},
                                                   {"1 2", JsonFault::trailing_bytes, 2},
                                                   {"{}}", JsonFault::trailing_bytes, 2},
                                                   {"\"a\nb\"", JsonFault::control_in_string, 2},
                                                   {"\"\\x\"", JsonFault::escape_invalid, 2},
                                                   {"\"\\u12g4\"", JsonFault::escape_invalid, 5},
                                                   {"\"\x80\"", JsonFault::utf8_invalid, 1},
                                                   {"\"\xC0\x80\"", JsonFault::utf8_invalid, 1},
                                                   {"\"a\xED\xA0\x80\"", JsonFault::utf8_invalid, 2},
                                                   {"\"\xF4\x90\x80\x80\"", JsonFault::utf8_invalid, 1},
                                                   {"\"\xE6\xBC\xA2\xE6\xBC\"", JsonFault::utf8_invalid, 4},
                                                   {"\"\xC3", JsonFault::utf8_invalid, 1},
                                                   {"[1}", JsonFault::comma_expected, 2},
                                                   {"{\"a\":1]", JsonFault::comma_expected, 6}}) {
    const auto error = json_check(bad.text, kDepth);
    ASSERT_TRUE(error) << bad.text;
    EXPECT_EQ(error->fault, bad.fault) << bad.text << ": " << say(error->fault);
    EXPECT_EQ(error->offset, bad.offset) << bad.text;
    expect_same_both_ways(bad.text, kDepth);
  }
}

TEST(JsonCheck, finds_a_bad_byte_at_any_place_in_a_string) {
  for (std::size_t size = 1; size < 150; ++size)
    for (std::size_t at = 0; at < size; ++at) {
      std::string text = "[\"" + std::string(size, 'a') + "\"]";
      ASSERT_FALSE(json_check(text, kDepth));
      text[at + 2] = '\x1f';
      const auto error = json_check(text, kDepth);
      ASSERT_TRUE(error);
      ASSERT_EQ(error->offset, at + 2);
    }
}

TEST(JsonCheck, knows_every_length_of_utf8) {
  for (std::uint32_t code : {0x80U, 0x7FFU, 0x800U, 0xD7FFU, 0xE000U, 0xFFFFU, 0x10000U, 0x10FFFFU}) {
    std::string text = "\"";
    char escape[16];
    if (code < 0x10000)
      std::snprintf(escape, sizeof escape, "\\u%04x", code);
    else
      std::snprintf(escape, sizeof escape, "\\u%04x\\u%04x", 0xD800 + ((code - 0x10000) >> 10),
                    0xDC00 + (code & 0x3FF));
    ASSERT_TRUE(json_unescape(escape, text));
    text += '"';
    EXPECT_FALSE(json_check(text, kDepth)) << std::hex << code;
  }
}

// The table "Well-Formed UTF-8 Byte Sequences" of the Unicode standard: what may follow a lead byte.
struct WellFormed {
  int lead_from, lead_to, second_from, second_to, size;
};

constexpr WellFormed g_well_formed[] = {
    {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3},
    {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};

TEST(JsonCheck, accepts_exactly_the_well_formed_sequences) {
  for (int lead = 0x80; lead < 0x100; ++lead)
    for (int second = 0; second < 0x100; ++second)
      for (int size = 1; size <= 5; ++size) {
        const char bytes[] = {static_cast<char>(lead), static_cast<char>(second), '\x80', '\xBF', '\x80'};
        bool good = false;
        for (const WellFormed& row : g_well_formed)
          good = good || (size == row.size && lead >= row.lead_from && lead <= row.lead_to &&
                          second >= row.second_from && second <= row.second_to);
        if (size == 1 || second >= 0x80)
          ASSERT_EQ(!json_check("\"" + std::string(bytes, static_cast<std::size_t>(size)) + "\"", 0), good)
              << std::hex << lead << " " << second << " " << size;
      }
}

TEST(JsonCheck, limits_depth_without_recursion) {
  const auto nest = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_FALSE(json_check(nest(3), 3));
  EXPECT_EQ(json_check(nest(4), 3)->fault, JsonFault::too_deep);
  EXPECT_EQ(json_check(nest(4), 3)->offset, 3U);
  EXPECT_FALSE(json_check("1", 0));
  EXPECT_EQ(json_check("[]", 0)->fault, JsonFault::too_deep);
  EXPECT_FALSE(json_check(nest(json_depth_cap), 1 << 30));
  EXPECT_EQ(json_check(nest(json_depth_cap + 1), 1 << 30)->fault, JsonFault::too_deep);
  for (std::size_t n : {1U, 2U, 3U, 4U, 5U}) expect_same_both_ways(nest(n), 3);
  std::string mixed;
  for (int i = 0; i < 200; ++i) mixed += i % 3 == 0 ? "[" : "{\"a\":";
  mixed += "0";
  for (int i = 199; i >= 0; --i) mixed += i % 3 == 0 ? "]" : "}";
  EXPECT_FALSE(json_check(mixed, 200));
  EXPECT_EQ(json_check(mixed, 199)->fault, JsonFault::too_deep);
}

TEST(JsonObject, gives_its_members_in_order) {
  const std::string text =
      " { \"model\" : \"gpt\\u002d6\" ,\"n\":1,\"mod\\u0065l\":[{\"a\":\"]}\"}] , \"o\":{ },\"x\":null,\"y\":false} ";
  JsonObject object(text, kDepth);
  std::vector<JsonMember> members;
  for (JsonMember member; object.next(member);) members.push_back(member);
  ASSERT_EQ(object.error(), nullptr);
  ASSERT_EQ(members.size(), 6U);
  EXPECT_EQ(members[0].key, "model");
  EXPECT_EQ(members[0].value, "\"gpt\\u002d6\"");
  EXPECT_TRUE(members[0].value_escaped);
  EXPECT_FALSE(members[0].key_escaped);
  EXPECT_EQ(members[1].value, "1");
  EXPECT_EQ(members[1].kind, JsonKind::number);
  EXPECT_FALSE(members[1].value_escaped);
  EXPECT_TRUE(members[2].key_escaped);
  EXPECT_EQ(members[2].value, "[{\"a\":\"]}\"}]");
  EXPECT_EQ(members[2].kind, JsonKind::array);
  EXPECT_EQ(members[3].value, "{ }");
  EXPECT_EQ(members[3].kind, JsonKind::object);
  EXPECT_EQ(members[4].kind, JsonKind::null);
  EXPECT_EQ(members[5].kind, JsonKind::boolean);
  EXPECT_EQ(text[object.open_offset()], '{');
  EXPECT_EQ(object.close_offset(), text.rfind('}'));
}

TEST(JsonObject, is_no_object_or_has_something_after_it) {
  JsonMember member;
  JsonObject array("[]", kDepth);
  EXPECT_FALSE(array.next(member));
  ASSERT_NE(array.error(), nullptr);
  EXPECT_EQ(array.error()->fault, JsonFault::not_an_object);
  JsonArray object("{}", kDepth);
  EXPECT_FALSE(object.next(member));
  EXPECT_EQ(object.error()->fault, JsonFault::not_an_array);
  JsonObject deep("{}", 0);
  EXPECT_FALSE(deep.next(member));
  EXPECT_EQ(deep.error()->fault, JsonFault::too_deep);
  JsonObject two("{} {}", kDepth);
  EXPECT_FALSE(two.next(member));
  EXPECT_EQ(two.error()->fault, JsonFault::trailing_bytes);
  EXPECT_FALSE(two.next(member));
  JsonObject empty(" {} ", kDepth);
  EXPECT_FALSE(empty.next(member));
  EXPECT_EQ(empty.error(), nullptr);
  EXPECT_FALSE(empty.next(member));
}

TEST(JsonArray, gives_its_elements) {
  JsonArray array("[1, [2], \"3\"]", kDepth);
  std::vector<std::string> values;
  for (JsonMember member; array.next(member);) {
    EXPECT_EQ(member.key, "");
    values.emplace_back(member.value);
  }
  EXPECT_EQ(values, (std::vector<std::string>{"1", "[2]", "\"3\""}));
  EXPECT_EQ(array.error(), nullptr);
}

TEST(JsonFind, follows_a_path) {
  const std::string_view text = R"({"error":{"code":"x","param":null,"list":[{"a":1}]},"usage":{"total":7}})";
  EXPECT_EQ(json_find(text, {"usage", "total"}), "7");
  EXPECT_EQ(json_find(text, {"error", "code"}), "\"x\"");
  EXPECT_EQ(json_find(text, {"error", "param"}), "null");
  EXPECT_EQ(json_find(text, {"error", "message"}), std::nullopt);
  EXPECT_EQ(json_find(text, {"error", "code", "deeper"}), std::nullopt);
  EXPECT_EQ(json_find(text, {"usage", "total", "a"}), std::nullopt);
  EXPECT_EQ(json_find(text, {}), text);
  EXPECT_EQ(json_find("not json", {"a"}), std::nullopt);
}

TEST(JsonInt, takes_whole_numbers_that_fit) {
  EXPECT_EQ(json_int("0"), 0);
  EXPECT_EQ(json_int("-7"), -7);
  EXPECT_EQ(json_int("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(json_int("-9223372036854775808"), INT64_MIN);
  for (const char* token :
       {"", "-", "9223372036854775808", "1.0", "1e3", "+1", "01", "-01", "\"1\"", "null", " 1", "1 "})
    EXPECT_EQ(json_int(token), std::nullopt) << token;
}

TEST(JsonText, is_what_stands_between_quotes) {
  EXPECT_EQ(json_text("\"a\\n\""), "a\\n");
  EXPECT_EQ(json_text("\"\""), "");
  for (const char* token : {"", "\"", "1", "null", "{}"}) EXPECT_EQ(json_text(token), "");
}

// Every member of the tree below the object's own, in the order of the text, however the text ends.
TEST(JsonWatch, tells_of_members_inside_of_what_is_passed_over) {
  for (const std::string pad : {"", "                        "}) {
    const std::string text = R"({"type":0,"a":[{"type":1,"b":{"type" : [2],"typ":9,"t\u0079pe":9,"x":"\"type\":9"}},"type"],"c":{"type":{"type":3}}})" + pad;
    std::string found;
    const JsonWatch watch{"type", [](void* whose, std::string_view rest) { static_cast<std::string*>(whose)->append(rest.substr(0, 3)) += ' '; }, &found};
    JsonObject members(text, 128);
    members.watch(watch);
    for (JsonMember member; members.next(member);) found += std::string(member.key) + ' ';
    EXPECT_EQ(members.error(), nullptr);
    EXPECT_EQ(found, "type 1,\" [2] a {\"t 3}} c ");
  }
}

// Reads containers in place; what it sums is every number whose key is "n".
std::int64_t sum_in_place(JsonObject& object) {
  std::int64_t sum = 0;
  for (JsonMember member; object.next_key(member);) {
    if (member.kind == JsonKind::object) {
      auto inner = JsonObject::inside(object);
      sum += sum_in_place(inner);
    } else if (member.kind == JsonKind::array && member.key == "list") {
      auto list = JsonArray::inside(object);
      if (JsonMember first; list.next(first)) sum += json_int(first.value).value_or(0);
      list.pass_rest();
    } else if (object.read(member) && member.key == "n") {
      sum += json_int(member.value).value_or(0);
    }
  }
  return sum;
}

TEST(JsonInside, reads_once_what_else_is_read_twice) {
  const std::string text = R"({"n":1,"a":{"n":10,"b":{},"list":[100,{"n":7}],"c":{"n":1000}},"list":[],"n":10000} )";
  JsonObject whole(text, 4);
  EXPECT_EQ(sum_in_place(whole), 11111);
  EXPECT_EQ(whole.error(), nullptr);
  EXPECT_EQ(whole.close_offset(), text.size() - 2);
  JsonObject shallow(text, 2);
  sum_in_place(shallow);
  ASSERT_NE(shallow.error(), nullptr);
  EXPECT_EQ(shallow.error()->fault, JsonFault::too_deep);
  // Whatever is cut off or broken is found at the place where a plain check finds it.
  for (std::size_t i = 0; i < text.size(); ++i)
    for (const char broken : {'\0', '}', ']', ',', '"', ':', '1', 'x'}) {
      auto bad = text;
      bad[i] = broken;
      JsonObject members(bad, 4);
      sum_in_place(members);
      const auto expected = json_check(bad, 4);
      ASSERT_EQ(members.error() == nullptr, !expected) << bad;
      if (expected && members.error()->fault != JsonFault::not_an_object) {
        EXPECT_EQ(members.error()->fault, expected->fault) << bad;
        EXPECT_EQ(members.error()->offset, expected->offset) << bad;
      }
    }
}

}  // namespace
}  // namespace fw::wire
