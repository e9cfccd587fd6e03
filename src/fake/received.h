// Requests as they came, kept for those who want to compare what was forwarded.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "wire/http1.h"

namespace fw::fake {

struct Received {
  std::uint64_t number = 0;
  WallTime time;
  std::string head;  // from the request line to the blank line
  std::string body;
  wire::Method method = wire::Method::other;
  std::string_view method_text, target, path, query;  // into head

  // Copies the head out of the connection's buffer.
  static std::shared_ptr<Received> of(const wire::RequestHead& head, WallTime now);
};

// Parses `received.head` again; false only if it is no request.
struct ParsedHead {
  wire::RequestHead head;
  std::vector<wire::HeaderField> store;
};
bool parse_again(const Received& received, ParsedHead& out);

class Inbox {
 public:
  explicit Inbox(std::size_t requests_max) : requests_max_(requests_max) {}
  void add(std::shared_ptr<const Received> request);
  // A body has come in: room is made for it.
  void settle();
  void clear();
  // {"requests":[{"number","time","method","target","path","headers":[[name,value],…],"body"|"body_base64","body_bytes"}]},
  // oldest first, the last `last`. Values of credentials are replaced by stars.
  std::string json(std::size_t last) const;

 private:
  static constexpr std::size_t kBytesMax = 64u << 20;
  std::size_t requests_max_;
  std::deque<std::shared_ptr<const Received>> requests_;
};

}  // namespace fw::fake
