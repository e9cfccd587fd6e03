#include "fake/embeddings.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <iterator>
#include <vector>

#include "fake/ids.h"
#include "fake/tokens.h"
#include "wire/hash.h"
#include "wire/json.h"

namespace fw::fake {
namespace {

constexpr std::size_t kInputsMax = 2'048;
constexpr std::int64_t kValuesUsual = 1'536;
constexpr std::int64_t kValuesLarge = 3'072;
constexpr int kDepthMax = 16;

static_assert(std::endian::native == std::endian::little, "base64 embeddings are little-endian floats");

struct Input {
  std::string_view text;
  std::int64_t tokens = 0;
};

std::int64_t count_elements(std::string_view array) {
  wire::JsonArray reader(array, kDepthMax);
  wire::JsonMember m;
  std::int64_t n = 0;
  while (reader.next(m)) ++n;
  return n;
}

std::expected<std::vector<Input>, Refusal> read_inputs(std::string_view token) {
  using wire::JsonKind;
  std::vector<Input> inputs;
  if (token.starts_with('"')) {
    const auto text = wire::json_text(token);
    if (text.empty())
      return std::unexpected(bad_value("input", "Invalid 'input': input cannot be an empty string.", ""));
    inputs.push_back({text, tokens_of(text)});
    return inputs;
  }
  wire::JsonArray reader(token, kDepthMax);
  wire::JsonMember m;
  bool numbers = false;
  while (reader.next(m)) {
    if (m.kind == JsonKind::number) {  // the whole array is one input of tokens
      numbers = true;
      continue;
    }
    if (m.kind == JsonKind::string)
      inputs.push_back({wire::json_text(m.value), tokens_of(wire::json_text(m.value))});
    else if (m.kind == JsonKind::array)
      inputs.push_back({m.value, count_elements(m.value)});
    else
      return std::unexpected(
          wrong_type(fmt::format("input[{}]", inputs.size()), "a string or an array of tokens", "something else"));
  }
  if (numbers && inputs.empty()) inputs.push_back({token, count_elements(token)});
  if (inputs.empty())
    return std::unexpected(
        bad_value("input", "Invalid 'input': expected at least one input, but got none.", "empty_array"));
  if (inputs.size() > kInputsMax)
    return std::unexpected(
        bad_value("input", fmt::format("Invalid 'input': array too long. Expected at most {} inputs.", kInputsMax),
                  "array_above_max_length"));
  return inputs;
}

std::vector<float> vector_of(std::string_view text, std::int64_t size) {
  const auto digest = wire::sha256(text);
  std::uint64_t seed = 0;
  std::memcpy(&seed, digest.data(), sizeof seed);
  IdMint mint(seed);
  std::vector<float> values(static_cast<std::size_t>(size));
  double square = 0;
  for (auto& v : values) {
    v = static_cast<float>(static_cast<double>(mint.number() >> 11) / static_cast<double>(1ull << 53) * 2 - 1);
    square += static_cast<double>(v) * static_cast<double>(v);
  }
  const auto length = static_cast<float>(std::sqrt(square));
  for (auto& v : values) v /= length;
  return values;
}

void append_vector(std::string& out, const std::vector<float>& values, bool base64) {
  if (base64) {
    std::string bytes(values.size() * sizeof(float), '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    out.append("\"").append(wire::base64(bytes)).append("\"");
    return;
  }
  out += '[';
  for (std::size_t i = 0; i < values.size(); ++i)
    fmt::format_to(std::back_inserter(out), "{}{:.8f}", i == 0 ? "" : ",", values[i]);
  out += ']';
}

}  // namespace

std::expected<EmbeddingsAnswer, Refusal> make_embeddings(const Ask& ask, std::string_view model) {
  const bool base64 = ask.encoding_format == "base64";
  if (!base64 && !ask.encoding_format.empty() && ask.encoding_format != "float")
    return std::unexpected(bad_value(
        "encoding_format",
        fmt::format("Invalid value: '{}'. Supported values are: 'float' and 'base64'.", ask.encoding_format)));
  auto inputs = read_inputs(ask.input);
  if (!inputs) return std::unexpected(inputs.error());
  const auto size = ask.dimensions > 0 ? ask.dimensions : model.ends_with("-large") ? kValuesLarge : kValuesUsual;
  EmbeddingsAnswer answer;
  auto& out = answer.body;
  out = R"({"object":"list","data":[)";
  for (std::size_t i = 0; i < inputs->size(); ++i) {
    const auto& input = (*inputs)[i];
    fmt::format_to(std::back_inserter(out), R"({}{{"object":"embedding","index":{},"embedding":)", i == 0 ? "" : ",",
                   i);
    append_vector(out, vector_of(input.text, size), base64);
    out += '}';
    answer.prompt_tokens += std::max<std::int64_t>(1, input.tokens);
  }
  fmt::format_to(std::back_inserter(out), R"(],"model":"{}","usage":{{"prompt_tokens":{},"total_tokens":{}}}}})", model,
                 answer.prompt_tokens, answer.prompt_tokens);
  return answer;
}

}  // namespace fw::fake
