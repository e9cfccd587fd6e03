// What the trunk may ask of a cloud. One adapter per cloud, without state, shared by all cores.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "cloud/limits.h"
#include "cloud/sign_in.h"
#include "cloud/verdict.h"
#include "dialect/answer_events.h"
#include "dialect/dialect.h"
#include "dialect/inner.h"
#include "dialect/relay.h"
#include "dialect/usage.h"
#include "wire/http1.h"
#include "wire/url.h"

namespace fw::cloud {

using dialect::Dialect;
using dialect::Operation;

enum class SettingKind : std::uint8_t { text, url, list };

// One field a provider entry of the config may hold beyond `cloud` and `scope`.
struct Setting {
  // Dots descend: "auth.api_key", "auth.aws.profile". A name that others descend from may hold text
  // instead of them ("auth.aws": default).
  std::string_view name;
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
  std::string region;       // what signatures and paths name; empty where they name none
  std::string host;         // which of the cloud's hosts, where it has several: "mantle"
  std::string project;
};

// One row of a cloud's table of what becomes of a field there.
struct FieldRow {
  dialect::FateRow row;
  Dialect upstream;         // spoken to in this dialect
  std::string_view models;  // a deployment's model by prefix, "*" before it for anywhere; empty: all
  std::string_view source;
  std::string_view date;    // YYYY-MM-DD of the source
};

// A request about to be sent, for those who sign it.
struct ToSign {
  std::string_view method;
  std::string_view target;                // as in the request line
  std::string_view content_type;          // empty: no body
  std::span<const std::string_view> body; // in pieces
  WallTime now;
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
  Dialect dialect = Dialect::chat;  // for chat and responses: what the cloud is spoken to in
  bool stream = false;              // some paths differ
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
  // The dialects a deployment may be spoken to in for chat and responses, the one to prefer first.
  virtual std::span<const Dialect> dialects(const Site& site, std::string_view model) const;
  // The other operations, which are passed on as they are.
  virtual bool speaks(const Site&, std::string_view /*model*/, Operation operation) const { return speaks(operation); }
  virtual bool speaks(Operation operation) const = 0;
  // Request line, Host, credentials, content type: all but Content-Length (or its like), the
  // forwarded headers and the blank line. The same call gives the same bytes.
  virtual std::string request_head(const Site& site, const Call& call) const = 0;
  std::string request_head(const Site& site, Operation operation, std::string_view model,
                           std::string_view response_id = {}, std::string_view query = {}) const {
    return request_head(site, Call{operation, dialect_of(operation), false, model, response_id, query});
  }
  // True where the path names the model and the body's is not looked at.
  virtual bool model_in_path(const Site& site, Operation operation) const = 0;
  // How it signs in; null: Site::auth_lines say it all. Errors as for site(). Does no I/O.
  virtual Result<std::unique_ptr<const SignIn>> sign_in(const ProviderSettings&, const Surroundings&) const {
    return nullptr;
  }
  // Appends the header lines by which the credential vouches for this request: a bearer token's
  // unless overridden. They end in CRLF; what `request_head` gave is not among them.
  virtual void authorize(const Site& site, const Credential& credential, const ToSign& request, std::string& lines) const;
  // What becomes of a request's needs here.
  virtual std::span<const FieldRow> fields() const { return {}; }
  // Writes a request in a dialect the deployment speaks and the client does not.
  virtual Result<void> write_request(const Site& site, Dialect upstream, const dialect::inner::Request& request,
                                     const dialect::inner::Target& target, std::string& out) const;
  // True where even a request of the client's own dialect must be written anew: the place wants what
  // a client need not say.
  virtual bool rewrites(Dialect /*upstream*/) const { return false; }
  // The host may decide how a stream is framed.
  virtual std::unique_ptr<dialect::AnswerDecoder> decoder(const Site&, Dialect upstream,
                                                          dialect::RelayLimits limits) const {
    return dialect::make_decoder(upstream, limits);
  }
  // Where the model's own name says that it may be processed, as a scope ("global", "us"); empty: it does not say.
  virtual std::string_view scope_of(std::string_view /*deployment_model*/) const { return {}; }
  // The model's name as the body says it; not quoted.
  virtual std::string body_model(std::string_view deployment_model) const {
    return std::string(deployment_model);
  }
  // Status must not be a success. `now` only turns a Retry-After date into a wait.
  virtual Verdict classify(const Answer& answer, WallTime now) const = 0;
  // Whether a client may read a refusal's body as it came. False where it can quote what is the
  // operator's: account ids, ARNs, project names; the verdict's message then stands for it.
  virtual bool refusals_pass() const { return true; }
  // The same for an error told inside a stream whose status was 200.
  virtual Verdict classify_stream(const dialect::ProviderStreamError& error) const = 0;
  virtual OnCancel on_cancel() const = 0;
  // The lifetime of a cache write that was counted without one.
  virtual dialect::CacheLifetime cache_lifetime() const = 0;
  // What the head of any answer says of limits; nothing where the cloud documents no such fields.
  virtual StatedLimits limits(std::span<const wire::HeaderField> /*fields*/, WallTime /*now*/) const { return {}; }
  // The cloud's own id of the answer, for the records; empty if none.
  virtual std::string_view request_id(std::span<const wire::HeaderField> fields) const = 0;
  // The field in which the cloud takes an id of the sender's and keeps it in its own logs, "name: "; empty if none. The
  // attempt's id goes there, so that an attempt whose answer never came can be found on the other side.
  virtual std::string_view sender_id_field() const { return {}; }
};

// What a deployment's place can be told in this dialect: the cloud's rows, and under them, where the
// client speaks another one, the dialect's own limits.
dialect::Fates fates(const Adapter& adapter, Dialect upstream, std::string_view model, bool translated);

// Null: no such cloud.
const Adapter* find(std::string_view cloud);
std::span<const Adapter* const> all();

}  // namespace fw::cloud
