#include "fake/cloud.h"

#include <fmt/format.h>

#include "fake/core.h"
#include "net/cores.h"

namespace fw::fake {
namespace {

Error unknown_cloud(std::string_view name) {
  return {Code::invalid_value,
          Origin::operator_,
          Retry::never,
          fmt::format("there is no fake of '{}'; expected {}", name, fmt::join(cloud_names(), ", ")),
          "cloud",
          0};
}

// What was left open becomes what the cloud has.
Options completed(Options options, const Manner& manner) {
  if (options.region.empty()) options.region = manner.region();
  if (options.keys.empty()) options.keys = manner.default_keys();
  if (options.models.empty()) options.models = manner.models();
  if (options.api_versions.empty()) options.api_versions = manner.api_versions();
  return options;
}

}  // namespace

std::vector<std::string> cloud_names() {
  std::vector<std::string> names;
  for (const auto* const m : manners()) names.emplace_back(m->name());
  return names;
}

Result<std::unique_ptr<FakeCloud>> FakeCloud::start(Options given) {
  const auto* const manner = manner_of(given.cloud);
  if (!manner) return std::unexpected(unknown_cloud(given.cloud));
  const auto options = completed(std::move(given), *manner);
  std::unique_ptr<FakeCloud> cloud(new FakeCloud);
  cloud->base_path_ = manner->base_path();
  if (!options.keys.empty()) cloud->key_ = options.keys.front();
  for (const auto& address : options.listen) {
    auto fd = net::listen_on(address, false);
    if (!fd) return std::unexpected(fd.error());
    const auto at = net::bound(*fd);
    if (!at) return std::unexpected(at.error());
    cloud->listeners_.push_back(std::move(*fd));
    cloud->listening_.push_back(*at);
  }
  const auto& listeners = cloud->listeners_;
  auto** const place = &cloud->core_;
  cloud->cores_ = std::make_unique<net::Cores>(1, [&](net::Loop& loop, std::size_t) -> std::unique_ptr<net::Resident> {
    auto core = std::make_unique<Core>(loop, *manner, options, listeners);
    *place = core.get();
    return core;
  });
  return cloud;
}

FakeCloud::~FakeCloud() { stop(); }

void FakeCloud::script(std::vector<Fault> faults) {
  if (!cores_) return;
  auto* const core = core_;
  cores_->run_on(0, [core, faults = std::move(faults)] { core->faults.add(faults); });
}

void FakeCloud::stop() { cores_.reset(); }

std::string FakeCloud::base_url() const {
  return listening_.empty() ? std::string() : fmt::format("http://{}{}", listening_.front().text(), base_path_);
}

}  // namespace fw::fake
