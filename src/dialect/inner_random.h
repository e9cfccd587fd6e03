// Random requests for tests: every choice comes from one seed.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace fw::dialect::inner::testing {

// Requests that say only what both dialects know, so that a round trip must keep it.
class RandomRequest {
 public:
  explicit RandomRequest(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 1) {}

  std::string chat() {
    std::string body = R"({"model":"m","messages":[)";
    const unsigned turns = below(6) + 1;
    for (unsigned i = 0; i < turns; ++i) body.append(i == 0 ? "" : ",").append(chat_turn(i));
    return body.append("]").append(chat_fields()).append("}");
  }

  std::string responses() {
    std::string body = R"({"model":"m","input":[)";
    const unsigned turns = below(6) + 1;
    for (unsigned i = 0; i < turns; ++i) body.append(i == 0 ? "" : ",").append(item(i));
    return body.append("]").append(responses_fields()).append("}");
  }

 private:
  unsigned below(unsigned limit) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<unsigned>((state_ >> 11) % limit);
  }
  std::string_view any(std::initializer_list<std::string_view> of) {
    return of.begin()[below(static_cast<unsigned>(of.size()))];
  }
  std::string text() {
    std::string out = "\"";
    for (unsigned n = below(5); n > 0; --n)
      out += any({"word ", "\\n", "\\\"", "\\u00e9", "\\ud83d\\ude00", "é", "{[", "\\\\", "a longer piece of text, "});
    return out + "\"";
  }
  // The model never says nothing: of an empty message beside a call only the call is kept.
  std::string words() { return "\"a" + text().substr(1); }
  std::string field(std::string_view key, std::string value) {
    if (below(3) != 0) return {};
    return std::string(",\"").append(key).append("\":").append(value);
  }
  std::string shared_fields() {
    return field("temperature", std::string(any({"1", "0.5", "1E400", "-0"}))) + field("top_p", "0.1") +
           field("user", text()) + field("metadata", "{\"k\":" + text() + "}") + field("service_tier", "\"flex\"") +
           field("prompt_cache_key", text()) + field("safety_identifier", text()) + field("stream", "true");
  }
  std::string schema() {
    return R"({"type":"object","properties":{"a":{"type":"string"}},"description":)" + text() + "}";
  }
  std::string chat_fields() {
    std::string out = shared_fields() + field("store", "true") + field("max_completion_tokens", "7") +
                      field("reasoning_effort", "\"low\"") + field("verbosity", "\"low\"") + field("logprobs", "true");
    out += field("response_format", R"({"type":"json_schema","json_schema":{"name":"n","schema":)" + schema() + "}}");
    if (below(2) != 0) return out;
    out += R"(,"tools":[{"type":"function","function":{"name":"f","parameters":)" + schema() +
           R"(,"strict":true}},{"type":"custom","custom":{"name":"g"}}])";
    return out +
           field("tool_choice", std::string(any({R"("none")", R"({"type":"function","function":{"name":"f"}})"}))) +
           field("parallel_tool_calls", "false");
  }
  std::string responses_fields() {
    // What saying nothing means differs, so it is always said.
    std::string out = std::string(any({",\"store\":true", ",\"store\":false"})) + shared_fields() +
                      field("max_output_tokens", "7") + field("reasoning", R"({"effort":"low"})") +
                      field("text", R"({"format":{"type":"json_schema","name":"n","schema":)" + schema() +
                                        R"(},"verbosity":"low"})") +
                      field("include", R"(["message.output_text.logprobs"])") + field("instructions", text());
    if (below(2) != 0) return out;
    out += R"(,"tools":[{"type":"function","name":"f","parameters":)" + schema() +
           R"(,"strict":false},{"type":"custom","name":"g"}])";
    return out + field("tool_choice", std::string(any({R"("required")", R"({"type":"custom","name":"g"})"}))) +
           field("parallel_tool_calls", "false");
  }
  std::string chat_turn(unsigned index) {
    const std::string id = "\"c" + std::to_string(index) + "\"";
    switch (below(6)) {
      case 0: return R"({"role":"system","content":)" + text() + "}";
      case 1:
        return R"({"role":"user","content":[{"type":"text","text":)" + text() +
               R"(},{"type":"image_url","image_url":{"url":"data:x","detail":"low"}}]})";
      case 2: return R"({"role":"assistant","content":)" + words() + "}";
      case 3: return R"({"role":"assistant","content":null,"refusal":)" + text() + "}";
      case 4:
        return R"({"role":"assistant","content":"so","tool_calls":[{"id":)" + id +
               R"(,"type":"function","function":{"name":"f","arguments":)" + text() +
               R"(}}]},{"role":"tool","tool_call_id":)" + id + ",\"content\":" + text() + "}";
      default: return R"({"role":"user","content":)" + text() + "}";
    }
  }
  std::string item(unsigned index) {
    const std::string id = "\"c" + std::to_string(index) + "\"";
    switch (below(6)) {
      case 0: return R"({"role":"developer","content":)" + text() + "}";
      case 1:
        return R"({"type":"message","role":"user","content":[{"type":"input_text","text":)" + text() +
               R"(},{"type":"input_file","file_id":"f"}]})";
      case 2: return R"({"role":"assistant","content":[{"type":"output_text","text":)" + words() + "}]}";
      case 3:
        return R"({"type":"function_call","call_id":)" + id + R"(,"name":"f","arguments":)" + text() +
               R"(},{"type":"function_call_output","call_id":)" + id + ",\"output\":" + text() + "}";
      case 4:
        return R"({"type":"custom_tool_call","call_id":)" + id + R"(,"name":"g","input":)" + text() +
               R"(},{"type":"custom_tool_call_output","call_id":)" + id + ",\"output\":" + text() + "}";
      default: return R"({"role":"user","content":)" + text() + "}";
    }
  }

  std::uint64_t state_;
};

}  // namespace fw::dialect::inner::testing
