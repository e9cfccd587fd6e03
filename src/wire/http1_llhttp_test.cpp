// The request vectors of llhttp through our parser. llhttp's log says what Node does; where we are
// stricter stands in the table below, with the reason.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "wire/http1_trace.h"

namespace fw::wire {
namespace {

struct Vector {
  std::string page;
  std::string title;
  std::string type;
  std::string bytes;
  bool llhttp_refuses = false;
};

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

char escaped(char letter) {
  switch (letter) {
    case 'r': return '\r';
    case 'n': return '\n';
    case 't': return '\t';
    case 'f': return '\f';
    default: return '\0';
  }
}

// As llhttp's own runner reads a block: line ends become CR LF, a backslash at the end of a line
// joins it with the next, \r \n \t \f and \xHH are escapes.
std::string bytes_of(std::string_view block) {
  std::string out;
  if (block.ends_with('\n')) block.remove_suffix(1);
  for (std::size_t i = 0; i < block.size(); ++i) {
    const char next = i + 1 < block.size() ? block[i + 1] : '\0';
    if (block[i] == '\n') {
      out += "\r\n";
    } else if (block[i] != '\\') {
      out += block[i];
    } else if (next == '\n') {
      ++i;
    } else if (next == 'x') {
      std::size_t digits = 0;
      const std::string hex(block.substr(i + 2, 2));
      out += static_cast<char>(std::stoi(hex, &digits, 16));
      i += 1 + digits;
    } else if (escaped(next) != '\0') {
      out += escaped(next);
      ++i;
    } else {
      out += block[i];
    }
  }
  return out;
}

// Pauses of the runner and the hand-over of a tunnel are errors in llhttp's log only.
bool is_refusal(std::string_view log) {
  if (log.find("finish=2") != std::string_view::npos) return true;
  const std::size_t at = log.find("error code=");
  if (at == std::string_view::npos) return false;
  const int code = std::stoi(std::string(log.substr(at + 11, 3)));
  return code != 21 && code != 22 && code != 23;
}

std::string between(const std::string& text, std::size_t& at, std::string_view from, std::string_view to) {
  const std::size_t start = text.find(from, at);
  if (start == std::string::npos) return {};
  const std::size_t end = text.find(to, start + from.size());
  at = end;
  return text.substr(start + from.size(), end - start - from.size());
}

std::vector<Vector> vectors_of(const std::string& page) {
  const std::string text = read(std::string(FAIRWAY_SOURCE_DIR "/tests/data/llhttp/request/") + page + ".md");
  std::vector<Vector> out;
  for (std::size_t at = 0; (at = text.find("<!-- meta=", at)) != std::string::npos;) {
    Vector vector;
    const std::size_t heading = text.rfind("\n##", at);
    vector.page = page;
    vector.title = text.substr(text.find(' ', heading) + 1, text.find('\n', heading + 1) - text.find(' ', heading) - 1);
    const std::string meta = between(text, at, "<!-- meta=", "-->");
    std::size_t in_meta = meta.find("\"type\"");
    vector.type = between(meta, in_meta = meta.find(':', in_meta), "\"", "\"");
    vector.bytes = bytes_of(between(text, at, "```http\n", "```"));
    vector.llhttp_refuses = is_refusal(between(text, at, "```log\n", "```"));
    out.push_back(std::move(vector));
  }
  return out;
}

std::vector<Vector> all_vectors() {
  std::vector<Vector> out;
  for (const char* page :
       {"connection", "content-length", "finish", "invalid", "lenient-header-value-relaxed", "lenient-headers",
        "lenient-version", "method", "pausing", "pipelining", "sample", "transfer-encoding", "uri"})
    for (Vector& vector : vectors_of(page)) out.push_back(std::move(vector));
  return out;
}

std::string trace_of(std::string_view bytes, std::size_t step) { return trace::Connection(bytes, step).requests(); }

// Most vectors have no Host, for which alone we would refuse them; then nothing else would be seen.
std::string with_hosts(std::string bytes) {
  if (bytes.find("\nHost:") != std::string::npos || bytes.find("\nhost:") != std::string::npos) return bytes;
  constexpr std::string_view kVersion = " HTTP/1.1\r\n";
  const std::size_t url = bytes.find("http://");
  const std::string host =
      url == std::string::npos ? "a" : bytes.substr(url + 7, bytes.find_first_of("/? ", url + 7) - url - 7);
  for (std::size_t at = 0; (at = bytes.find(kVersion, at)) != std::string::npos; at += kVersion.size())
    bytes.insert(at + kVersion.size(), "Host: " + host + "\r\n");
  return bytes;
}

bool refused(const std::string& outcome) { return outcome.find("failed: ") != std::string::npos; }

// All of it: nothing is missing at the end and nothing after the last message is left unread.
bool accepted(const std::string& outcome) {
  return !refused(outcome) && outcome.find("unfinished") == std::string::npos &&
         outcome.find("bytes ignored") == std::string::npos;
}

TEST(LlhttpVectors, are_all_read) {
  const std::vector<Vector> all = all_vectors();
  EXPECT_EQ(all.size(), 166U);
  EXPECT_GT(std::ranges::count_if(all, &Vector::llhttp_refuses), 40);
}

TEST(LlhttpVectors, give_the_same_outcome_at_every_step_size) {
  for (const Vector& vector : all_vectors()) {
    SCOPED_TRACE(vector.page + ": " + vector.title);
    for (const std::string& bytes : {vector.bytes, with_hosts(vector.bytes)}) {
      const std::string whole = trace_of(bytes, bytes.size() + 1);
      for (std::size_t step : {1U, 2U, 3U, 7U, 16U, 61U}) {
        trace::Connection connection(bytes, step);
        EXPECT_EQ(connection.requests(), whole);
        EXPECT_FALSE(connection.missed_end());
      }
    }
  }
}

// llhttp knows a list of methods. To us any token is a method: the gateway answers 405 for a path
// that exists, which says more than 400.
const std::set<std::string>& other_methods() {
  static const std::set<std::string> titles{"invalid: HTTP protocol and ANNOUNCE method", "invalid: Invalid method"};
  return titles;
}

TEST(LlhttpVectors, that_llhttp_refuses_are_refused) {
  for (const Vector& vector : all_vectors()) {
    const std::string key = vector.page + ": " + vector.title;
    if (!vector.llhttp_refuses || other_methods().contains(key)) continue;
    const std::string outcome = trace_of(with_hosts(vector.bytes), vector.bytes.size() + 1);
    EXPECT_FALSE(accepted(outcome)) << key << "\n" << outcome;
  }
}

// What llhttp accepts in its strict mode and we do not.
const std::map<std::string, HttpFault>& stricter() {
  static const std::map<std::string, HttpFault> table{
      // Host has a grammar; these name no host.
      {"sample: curl GET", HttpFault::host_invalid},
      {"sample: Firefox GET", HttpFault::host_invalid},
      // A fragment is never sent (RFC 9112 §3.2), and a password has no place in a target.
      {"uri: Fragment in URI", HttpFault::target_invalid},
      {"uri: `host:port` and basic auth", HttpFault::target_form},
      {"transfer-encoding: POST with `chunked` as last transfer-encoding", HttpFault::target_invalid},
      {"transfer-encoding: POST with `chunked` as last transfer-encoding (multiple headers)",
       HttpFault::target_invalid},
      // Only HTTP/1.0 and 1.1 are spoken here, and '*' is for OPTIONS.
      {"sample: No HTTP version", HttpFault::version_missing},
      {"method: SOURCE request with ICE", HttpFault::version_malformed},
      {"method: OPTIONS request with RTSP", HttpFault::version_malformed},
      {"method: ANNOUNCE request with RTSP", HttpFault::version_malformed},
      {"method: PRI request HTTP2", HttpFault::http2_preface},
      {"method: M-SEARCH request", HttpFault::target_form},
  };
  return table;
}

TEST(LlhttpVectors, that_llhttp_accepts_are_accepted_but_for_the_table) {
  std::set<std::string> unused;
  for (const auto& [title, fault] : stricter()) unused.insert(title);
  for (const Vector& vector : all_vectors()) {
    if (vector.llhttp_refuses || vector.type.starts_with("request-lenient")) continue;
    const std::string outcome = trace_of(with_hosts(vector.bytes), vector.bytes.size() + 1);
    const std::string key = vector.page + ": " + vector.title;
    const auto row = stricter().find(key);
    if (row == stricter().end()) {
      EXPECT_FALSE(refused(outcome)) << key << "\n" << vector.bytes << "\n" << outcome;
    } else {
      unused.erase(key);
      EXPECT_NE(outcome.find(say(row->second)), std::string::npos) << key << "\n" << outcome;
    }
  }
  EXPECT_TRUE(unused.empty()) << *unused.begin();
}

}  // namespace
}  // namespace fw::wire
