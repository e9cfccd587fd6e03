// What the trunk may ask of a cloud. One adapter per cloud, without state, shared by all cores.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "cloud/verdict.h"
#include "dialect/dialect.h"
#include "dialect/relay.h"
#include "dialect/usage.h"
#include "wire/http1.h"
#include "wire/url.h"

namespace fw::cloud {

using dialect::Operation;

enum class SettingKind : std::uint8_t { text, url, list };

// One field a provider entry of the config may hold beyond `cloud` and `scope`.
struct Setting {
  std::string_view name;  // dots descend: "auth.api_key"
  std::string_view doc;
  bool required = false;
  bool secret = false;
  SettingKind kind = SettingKind::text;
};

// A provider entry as the config read it.
struct ProviderSettings {
  std::string name;
  std::string base_url;     // empty: the cloud's own
  std::string api_version;
  std::string region;
  std::string residency;
  std::string api_key;  // a secret: never in a log, an error text or a dump
  std::vector<std::string> forward_headers;
  std::map<std::string, std::string> extra;  // settings known to one cloud only, by their name
};

// Where and as whom to ask; made once per provider. Lines end in CRLF.
struct Site {
  wire::Url url;  // its path is the prefix of every request's
  std::string host_line;
  std::string auth_lines;    // a secret; may be empty
  std::string static_lines;  // user agent and the cloud's own
  std::string api_version;  // empty: the path needs none
};

// A complete answer that is no success. The body may be cut at a limit.
struct Answer {
  int status = 0;
  std::string_view content_type;
  std::span<const wire::HeaderField> fields;
  std::string_view body;
};

// What becomes of a stream whose client left, unless the deployment says otherwise.
enum class OnCancel : std::uint8_t { drain, estimate, unbilled };

// What a request line needs beside the site. Strings as the client or the config wrote them; the
// adapter encodes them.
struct Call {
  Operation operation = Operation::chat;
  std::string_view model;        // the deployment's model
  std::string_view response_id;  // responses_get, _delete, _cancel
  std::string_view query;        // the client's, without '?'
};

class Adapter {
 public:
  virtual ~Adapter() = default;

  virtual std::string_view name() const = 0;  // the config's word for the cloud
  virtual std::span<const Setting> settings() const = 0;
  // Errors are the operator's and say what was found, what was expected and how to fix it.
  virtual Result<Site> site(const ProviderSettings& settings) const = 0;
  virtual bool speaks(Operation operation) const = 0;
  // Request line, Host, credentials, content type: all but Content-Length (or its like), the
  // forwarded headers and the blank line. The same call gives the same bytes.
  virtual std::string request_head(const Site& site, const Call& call) const = 0;
  std::string request_head(const Site& site, Operation operation, std::string_view model,
                           std::string_view response_id = {}, std::string_view query = {}) const {
    return request_head(site, Call{operation, model, response_id, query});
  }
  // True where the path names the model and the body's is not looked at.
  virtual bool model_in_path(const Site& site, Operation operation) const = 0;
  // The model's name as the body says it; not quoted.
  virtual std::string body_model(std::string_view deployment_model) const {
    return std::string(deployment_model);
  }
  // Status must not be a success. `now` only turns a Retry-After date into a wait.
  virtual Verdict classify(const Answer& answer, WallTime now) const = 0;
  // The same for an error told inside a stream whose status was 200.
  virtual Verdict classify_stream(const dialect::ProviderStreamError& error) const = 0;
  virtual OnCancel on_cancel() const = 0;
  // The lifetime of a cache write that was counted without one.
  virtual dialect::CacheLifetime cache_lifetime() const = 0;
  // The cloud's own id of the answer, for the records; empty if none.
  virtual std::string_view request_id(std::span<const wire::HeaderField> fields) const = 0;
};

// Null: no such cloud.
const Adapter* find(std::string_view cloud);
std::span<const Adapter* const> all();

}  // namespace fw::cloud
