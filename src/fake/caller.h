// For tests: a blocking HTTP client that looks closely at what a fake says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fake/cloud.h"

namespace fw::fake {

struct Reply {
  enum class End : std::uint8_t { whole, eof, reset, silence, garbage };
  int status = 0;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;  // freed of its transfer coding, as far as it came
  End end = End::silence;
  std::string field(std::string_view name) const;
  // A raw token of the JSON body; empty if it is not there.
  std::string at(std::initializer_list<std::string_view> path) const;
  // The data of each event of the body.
  std::vector<std::string> events() const;
};

class Caller {
 public:
  explicit Caller(const FakeCloud& cloud);
  ~Caller();
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  // Instead of the cloud's own; empty: no Authorization of the caller's.
  void use_key(std::string key) { key_ = std::move(key); }
  void send(std::string_view bytes);
  // Reads one answer; silence when nothing came for so long.
  Reply read(int silence_ms = 5'000);
  // So many bytes of a body, or what comes before its end.
  std::string read_some(std::size_t bytes);
  // The peer has closed: nothing more to read.
  bool closed(int silence_ms = 5'000);

  // A request with the cloud's key, and its answer.
  Reply get(std::string_view path);
  Reply post(std::string_view path, std::string_view body, std::string_view lines = "");
  Reply del(std::string_view path);
  std::string request(std::string_view method, std::string_view path, std::string_view body,
                      std::string_view lines = "") const;

 private:
  std::string key_;
  int fd_ = -1;
  std::string held_;
};

// Header lines by which AWS's credentials vouch for a request to "fake", signed by the gateway's own signer: the
// check is the other reading. `pair` is "ID:SECRET".
struct Signing {
  std::string_view service = "bedrock";
  std::string_view region = "us-east-1";
  std::string pair = {};
  std::string session = {};
  std::int64_t late_s = 0;  // the clock is so far ahead
};
std::string signed_lines(std::string_view path, std::string_view body, const Signing& signing);

// The first element of a JSON array, raw; empty if there is none.
std::string first_element(std::string_view array);

// A fake on a port of the system's choosing, at speed 0 unless the options say otherwise.
std::unique_ptr<FakeCloud> start_fake(std::string cloud, Options options = {.speed = 0});

}  // namespace fw::fake
