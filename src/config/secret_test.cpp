// Secrets come by reference and are never repeated.
#include <gtest/gtest.h>

#include "config/load_testing.h"
#include "config/mask.h"
#include "config/reference.h"

namespace fw::config {
namespace {

using Lines = std::vector<std::string>;

std::string with_key(std::string_view value) {
  std::string text(testing::kGood);
  const auto at = text.find("\"${env:KEY}\" } }");
  return text.replace(at, 12, value);
}

TEST(Secret, must_be_a_reference) {
  EXPECT_EQ(testing::problems(with_key("sk-hush-hush")),
            (Lines{"4:42 error providers.one.auth.api_key: found a secret written out, expected ${env:NAME} or ${file:PATH} "
                   "(secrets do not belong into this file: put the whole value into the environment or a file)"}));
  EXPECT_NE(testing::problems(with_key("\"x${env:KEY}\"")).at(0).find("a reference with text around it"), std::string::npos);
}

TEST(Secret, says_which_variable_or_file_is_not_there) {
  EXPECT_EQ(testing::problems(with_key("\"${env:NOPE}\"")),
            (Lines{"4:42 error providers.one.auth.api_key: found the environment variable NOPE, which is not set, expected "
                   "a variable that is set (export NOPE=…, or use ${file:PATH})"}));
  EXPECT_EQ(testing::problems(with_key("\"${file:/no/such}\"")),
            (Lines{"4:42 error providers.one.auth.api_key: found the file \"/no/such\", which cannot be read, expected a "
                   "file that can be read (check that it exists and that the user running fairway may read it)"}));
  EXPECT_NE(testing::problems(with_key("\"${KEY}\"")).at(0).find("write ${env:KEY}"), std::string::npos);
  EXPECT_NE(testing::problems(with_key("\"${env:KEY\"")).at(0).find("a reference without its }"), std::string::npos);
}

TEST(Secret, must_be_something_a_header_can_carry) {
  EXPECT_NE(testing::problems(with_key("\"${env:EMPTY}\"")).at(0).find("its value is empty (${env:EMPTY})"), std::string::npos);
  EXPECT_NE(testing::problems(with_key("\"${env:SPACED}\"")).at(0).find("a space"), std::string::npos);
  const auto two_lines = load(with_key("\"${file:f}\""), testing::sources(testing::kEnv, {{"f", "a\nb\n"}}));
  EXPECT_NE(testing::line(two_lines.problems.at(0)).find("a line break"), std::string::npos);
}

TEST(Secret, loses_one_line_end_of_a_file) {
  const auto sources = testing::sources({}, {{"unix", "s\n"}, {"dos", "s\r\n"}, {"bare", "s"}, {"two", "s\n\n"}});
  EXPECT_EQ(expand("${file:unix}", sources).value, "s");
  EXPECT_EQ(expand("${file:dos}", sources).value, "s");
  EXPECT_EQ(expand("${file:bare}", sources).value, "s");
  EXPECT_EQ(expand("${file:two}", sources).value, "s\n");
}

TEST(Reference, may_stand_inside_any_text_and_be_escaped) {
  const auto sources = testing::sources({{"A", "1"}, {"B", "${env:A}"}});
  EXPECT_EQ(expand("x-${env:A}-${env:A}", sources).value, "x-1-1");
  EXPECT_EQ(expand("$${env:A} $ {", sources).value, "${env:A} $ {");
  EXPECT_EQ(expand("${env:B}", sources).value, "${env:A}") << "values are not expanded again";
  EXPECT_FALSE(expand("${env:}", sources).fault.empty());
}

TEST(Key, shorter_than_sixteen_characters_is_warned_of) {
  std::string text(testing::kGood);
  text.replace(text.rfind("${env:KEY}"), 10, "${env:TWO}");
  EXPECT_EQ(testing::problems(text),
            (Lines{"8:21 warning keys[0].key: found a key of 1 characters (${env:TWO}), expected at least 16, so that it cannot "
                   "be guessed (`openssl rand -hex 24` makes one)"}));
}

// Whatever else is wrong on the line, the literal must not come out.
TEST(Excerpt, never_shows_a_literal_secret) {
  const std::string secret = "sk-live-Zx81kq";
  const std::vector<std::string> files{
      "keys: [{ name: a, key: " + secret + ", bogus: 1 }]\n",
      "keys: [{ name: a, Key: '" + secret + "' }]\n",
      "keys:\n  - \"" + secret + "\"\n",
      "providers: { p: { cloud: openai, api_key: " + secret + " } }\n",
      "providers: { p: { cloud: openai, auth: " + secret + " } }\n",
      "providers: { p: { cloud: bedrock, auth: { secret_access_key: " + secret + " }, what: 1 } }\n",
      "providers: { p: { cloud: azure, auth: { entra: { client_secret: " + secret + " } } } }\n",
      "providers: { p: { cloud: compatible, base_url: \"http://u:" + secret + "@h/v2\" } }\n",
      "admin: { address: x, token: |\n  " + secret + "\n  , y: 1 }\n",
      "admin: { address: x, token: \"a\n  " + secret + "\", y: 1 }\n",
      "admin: { token: \"" + secret + "\n",
      "admin: { token: " + secret + " ]\n",
      secret + "\n"};
  for (const auto& file : files) {
    const auto found = load(file, testing::sources({})).problems;
    EXPECT_FALSE(found.empty());
    for (const auto& problem : found) {
      EXPECT_EQ(render(problem, "f").find(secret), std::string::npos) << render(problem, "f");
      EXPECT_EQ(testing::line(problem).find(secret), std::string::npos) << file;
    }
  }
}

// A key that was pasted into some other field is not repeated, neither as value nor as name.
TEST(Secret, is_known_by_its_looks_wherever_it_was_misplaced) {
  const std::string secret = "sk-proj-Zm9vYmFyQmF6cXV4MTIzNDU2Nzg5MA";
  for (const auto& file : {"threads: " + secret + "\n", "log: { level: " + secret + " }\n", "providers: { p: { cloud: openai, auth: { key: { " + secret + ": 1 } } } }\n",
                           "durability: [" + secret + "]\n"}) {
    const auto found = load(file, testing::sources({})).problems;
    EXPECT_FALSE(found.empty());
    for (const auto& problem : found) EXPECT_EQ(render(problem, "f").find(secret), std::string::npos) << render(problem, "f");
  }
}

TEST(Secret, looks_like_no_name_that_people_give) {
  for (const auto* secret : {"sk-proj-Zm9vYmFyQmF6cXV4", "AKIAIOSFODNN7EXAMPLE", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY3EXAMP1LEKEY",
                             "3f786850e387550fdab836ed7e6dc881de23001b"})
    EXPECT_TRUE(may_be_secret(secret)) << secret;
  for (const auto* name : {"", "sk-short", "gpt-5.4-mini-2026-03-17", "openai.gpt-oss-120b-1:0", "https://resource.openai.azure.com/openai/v1",
                           "projects/fake-project/locations/europe-west4", "one-long-name-of-a-policy-for-team-7-and-8", "${env:OPENAI_API_KEY_2026}"})
    EXPECT_FALSE(may_be_secret(name)) << name;
}

}  // namespace
}  // namespace fw::config
