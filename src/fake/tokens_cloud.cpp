// All token endpoints in one place: Entra, AWS and Google, each at its own path.
#include <fmt/format.h>

#include <array>

#include "fake/clouds.h"
#include "fake/issuers.h"

namespace fw::fake {
namespace {

enum class Shape : std::uint8_t { oauth, sts, google, plain };

struct TokenEndpoint {
  std::string_view name;  // as bills and faults call it in place of a model
  wire::Method method;
  std::string_view begin;
  std::string_view end;  // empty: the path is `begin`
  Shape shape;
  Issuer issuer;
};

using wire::Method;
// The first that fits.
constexpr std::array kEndpoints{
    TokenEndpoint{"entra", Method::post, "/", "/oauth2/v2.0/token", Shape::oauth, entra_token},
    TokenEndpoint{"azure_imds", Method::get, "/metadata/identity/oauth2/token", "", Shape::oauth, azure_instance_token},
    TokenEndpoint{"azure_app_service", Method::get, "/msi/token", "", Shape::oauth, azure_app_token},
    TokenEndpoint{"sts", Method::post, "/", "", Shape::sts, aws_sts},
    TokenEndpoint{"imds_token", Method::put, "/latest/api/token", "", Shape::plain, aws_session_token},
    TokenEndpoint{"imds", Method::get, "/latest/meta-data/iam/security-credentials/", "*", Shape::plain,
                  aws_instance_role},
    TokenEndpoint{"ecs", Method::get, "/v2/credentials", "*", Shape::plain, aws_container},
    TokenEndpoint{"eks", Method::get, "/v1/credentials", "", Shape::plain, aws_pod},
    TokenEndpoint{"google_oauth", Method::post, "/token", "", Shape::oauth, google_token},
    TokenEndpoint{"google_sts", Method::post, "/v1/token", "", Shape::oauth, google_exchange},
    TokenEndpoint{"google_iam", Method::post, "/v1/projects/-/serviceAccounts/", ":generateAccessToken", Shape::google,
                  google_account_token},
    TokenEndpoint{"google_metadata", Method::get, "/computeMetadata/v1/", "*", Shape::plain, google_metadata},
    TokenEndpoint{"google_metadata", Method::get, "/", "", Shape::plain, google_metadata},
};

bool fits(const TokenEndpoint& e, std::string_view path) {
  if (e.end.empty()) return path == e.begin;
  return path.starts_with(e.begin) && (e.end == "*" || path.ends_with(e.end));
}

const TokenEndpoint* find_endpoint(wire::Method method, std::string_view path) {
  for (const auto& e : kEndpoints)
    if (e.method == method && fits(e, path)) return &e;
  return nullptr;
}

Shape shape_of(std::string_view path) {
  for (const auto& e : kEndpoints)
    if (fits(e, path)) return e.shape;
  return Shape::plain;
}

class TokenEndpoints final : public Manner {
 public:
  std::string_view name() const override { return "tokens"; }
  std::string_view default_key() const override { return {}; }
  std::vector<std::string> default_keys() const override { return {std::string(kAwsPair), std::string(kEntraPair)}; }
  std::string_view base_path() const override { return {}; }
  std::vector<ServedModel> models() const override { return {}; }
  Timing timing() const override { return {20, 0}; }
  const ChatTemplates& chat() const override { return openai_manner().chat(); }
  bool tells_limits() const override { return false; }
  bool reads_fields() const override { return true; }

  KeyVerdict judge_key(std::span<const wire::HeaderField>, std::span<const std::string>,
                       std::string_view&) const override {
    return KeyVerdict::good;  // each endpoint has its own proof
  }

  std::expected<Place, Refusal> place(const wire::RequestHead& head, const Options&) const override {
    const auto* const e = find_endpoint(head.method, head.path);
    if (!e) return std::unexpected(unknown_path(head.method_text, head.path));
    return Place{.endpoint = Endpoint::direct, .deployment = e->name, .id = {}};
  }

  Spoken answer(const Shown& shown, IdMint& ids) const override {
    const auto* const e = find_endpoint(shown.head.method, shown.head.path);
    return e ? e->issuer(shown, ids) : oauth_error(404, "not_found", "There is no such endpoint.");
  }

  std::string refusal_json(const Refusal& refusal) const override { return openai_refusal_json(refusal); }

  Spoken refuse(const Refusal& r, std::string_view path) const override {
    const auto code = [&r](std::string_view usual) { return r.subject.empty() ? usual : std::string_view(r.subject); };
    if (r.why == Why::unknown_path) return oauth_error(404, "not_found", r.message);
    switch (shape_of(path)) {
      case Shape::sts:
        return sts_error(r.status, code(r.status == 429 || r.status == 503 ? "Throttling" : "InternalFailure"),
                         r.message);
      case Shape::google: return google_error(r.status, code(google_status(r.status)), r.message, r.wrapped);
      case Shape::oauth:
        return oauth_error(r.status, code(r.status >= 500 ? "temporarily_unavailable" : "invalid_request"), r.message);
      case Shape::plain: break;
    }
    return {.status = r.status, .body = r.message, .lines = {}, .content_type = "text/plain"};
  }

  void add_lines(std::string&, const AnswerFacts&) const override {}
  std::string request_id(std::string_view hex32) const override { return std::string(hex32); }
};

}  // namespace

const Manner& tokens_manner() {
  static const TokenEndpoints manner;
  return manner;
}

}  // namespace fw::fake
