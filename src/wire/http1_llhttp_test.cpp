// The request vectors of llhttp through our parser. llhttp's log says what Node does; where we are
// stricter stands in the table below, with the reason.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "wire/http1_trace.h"
#include <llhttp/vectors.h>

namespace fw::wire {
namespace {

using llhttp::all_vectors;
using llhttp::Vector;

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
