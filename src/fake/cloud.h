// A fake cloud in this process: for tests, the demo and `fairway fake`.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "fake/options.h"
#include "net/socket.h"

namespace fw::net {
class Cores;
}

namespace fw::fake {

class Core;

// Runs on one thread of its own, so that its bill, faults and limits are one. Credentials of fakes are no
// secrets; nothing here leaves the machine.
class FakeCloud {
 public:
  // Errors are the operator's: unknown cloud, an address that cannot be listened on.
  static Result<std::unique_ptr<FakeCloud>> start(Options options);
  ~FakeCloud();
  FakeCloud(const FakeCloud&) = delete;
  FakeCloud& operator=(const FakeCloud&) = delete;

  // With the ports the system chose; the same order as Options::listen.
  const std::vector<net::Address>& listening() const { return listening_; }
  // "http://127.0.0.1:41234/v1" of the first address: what a provider's base_url must be.
  std::string base_url() const;
  // Accepted by it; empty: none is asked for.
  const std::string& key() const { return key_; }
  // Adds faults to those still to come; dropped if there would be more than kFaultsMax.
  void script(std::vector<Fault> faults);
  void stop();

 private:
  FakeCloud() = default;
  std::vector<net::Fd> listeners_;
  std::vector<net::Address> listening_;
  std::string base_path_;
  std::string key_;
  std::unique_ptr<net::Cores> cores_;
  Core* core_ = nullptr;  // lives and is used on its own thread
};

// The names that Options::cloud may have.
std::vector<std::string> cloud_names();

}  // namespace fw::fake
