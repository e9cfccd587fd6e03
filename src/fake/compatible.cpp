// A server of open models as vLLM's behaves (vllm/entrypoints/openai): no rate limits, optional key, usage
// only when asked for, its own error words.
#include <fmt/format.h>

#include "fake/clouds.h"
#include "wire/json_write.h"

namespace fw::fake {
namespace {

constexpr std::string_view kPrefix = "/v1/";

constexpr ChatTemplates kChat{
    .chunk = R"({"id":"$i","object":"chat.completion.chunk","created":$t,"model":"$m","choices":)"
             R"([{"index":$n,"delta":$d,"logprobs":null,"finish_reason":$f,"token_ids":null}]$u})",
    .chunk_first = {},
    .chunk_filter = {},
    .chunk_usage = R"({"id":"$i","object":"chat.completion.chunk","created":$t,"model":"$m","choices":[],"usage":$U})",
    .whole = R"({"id":"$i","object":"chat.completion","created":$t,"model":"$m","choices":[$c],"service_tier":null,)"
             R"("system_fingerprint":null,"usage":$U,"prompt_logprobs":null,"kv_transfer_params":null})",
    .choice = R"({"index":$n,"message":$w,"logprobs":null,"finish_reason":$f,"stop_reason":null,"token_ids":null})",
    .message =
        R"({"role":"assistant","content":$x,"refusal":null,"annotations":null,"audio":null,"function_call":null$k,)"
        R"("reasoning_content":$y})",
    .usage =
        R"({"prompt_tokens":$p,"total_tokens":$s,"completion_tokens":$q,"prompt_tokens_details":{"cached_tokens":$k}})",
    .tells_thoughts = true,
};

std::string_view vllm_type(int status) {
  switch (status) {
    case 401: return "Unauthorized";
    case 404: return "NotFoundError";
    case 429: return "TooManyRequestsError";
    case 500: return "InternalServerError";
    case 503: return "ServiceUnavailableError";
    default: return status >= 500 ? "InternalServerError" : "BadRequestError";
  }
}

class Compatible final : public Manner {
 public:
  std::string_view name() const override { return "compatible"; }
  std::string_view default_key() const override { return {}; }
  std::string_view base_path() const override { return "/v1"; }
  Timing timing() const override { return {120, 9}; }
  const ChatTemplates& chat() const override { return kChat; }
  bool tells_limits() const override { return false; }
  bool runs_background() const override { return false; }
  bool counts_cache_writes() const override { return false; }

  std::vector<ServedModel> models() const override {
    return {{"gpt-oss-120b", ""}, {"gpt-oss-20b", ""}, {"bge-m3", ""}};
  }

  KeyVerdict judge_key(std::span<const wire::HeaderField> fields, std::span<const std::string> keys,
                       std::string_view& given) const override {
    given = bearer(fields);
    return judge(given, keys);
  }

  std::expected<Place, Refusal> place(const wire::RequestHead& head, const Options&) const override {
    if (head.path == "/health" && head.method == wire::Method::get) return Place{Endpoint::health, {}, {}};
    if (!head.path.starts_with(kPrefix)) return std::unexpected(unknown_path(head.method_text, head.path));
    return place_below(head, head.path.substr(kPrefix.size()));
  }

  std::string refusal_json(const Refusal& r) const override {
    if (r.why == Why::unknown_path) return R"({"detail":"Not Found"})";
    if (r.why == Why::wrong_method) return R"({"detail":"Method Not Allowed"})";
    if (r.why == Why::key_missing || r.why == Why::key_wrong) return R"({"error":"Unauthorized"})";
    std::string out;
    wire::JsonWriter w(out);
    w.begin_object().key("error").begin_object();
    w.member("message",
             r.why == Why::unknown_model ? fmt::format("The model `{}` does not exist.", r.subject) : r.message);
    w.member("type", vllm_type(r.status)).key("param");
    if (r.why == Why::unknown_model)
      w.string("model");
    else if (r.param.empty())
      w.null();
    else
      w.string(r.param);
    w.member("code", r.status).end_object().end_object();
    return out;
  }

  void add_lines(std::string& out, const AnswerFacts&) const override { add_line(out, "server", "uvicorn"); }
  void add_retry_lines(std::string& out, std::int64_t retry_after_ms) const override {
    add_line(out, "retry-after", (retry_after_ms + 999) / 1000);
  }
  std::string request_id(std::string_view hex32) const override { return std::string(hex32); }
};

}  // namespace

const Manner& compatible_manner() {
  static const Compatible manner;
  return manner;
}

}  // namespace fw::fake
