#include "dialect/request.h"

#include <fmt/format.h>

#include "dialect/inner_top.h"
#include "wire/json.h"

namespace fw::dialect {
namespace {

using wire::JsonKind;
using wire::JsonMember;
using wire::JsonObject;

// In the order of inner::kWatched.
enum class Field : std::uint8_t {
  model, stream, n, max_tokens, max_completion_tokens, max_output_tokens, max_tool_calls, service_tier,
  stream_options, store, previous_response_id, background, count_, other
};

constexpr auto& kFields = inner::kWatched;
static_assert(kFields.size() == static_cast<std::size_t>(Field::count_));

constexpr std::size_t kModelBytesMax = 512;

Field field_of(const inner::TopField* known) {
  return known == nullptr || known->watched == kFields.size() ? Field::other : static_cast<Field>(known->watched);
}

std::unexpected<Error> refuse(Code code, std::string message, std::string_view param = {}) {
  return std::unexpected(client_error(code, std::move(message), std::string(param)));
}

std::unexpected<Error> wrong_type(std::string_view field, std::string_view expected) {
  return refuse(Code::invalid_value, fmt::format("'{}' must be {}.", field, expected), field);
}

std::unexpected<Error> not_json(const wire::JsonError& error) {
  if (error.fault == wire::JsonFault::not_an_object)
    return refuse(Code::not_an_object, "The request body must be a JSON object.");
  const Code code = error.fault == wire::JsonFault::too_deep ? Code::json_too_deep : Code::invalid_json;
  return refuse(code, fmt::format("The request body is not valid JSON: {} (at byte {}).", wire::say(error.fault),
                                  error.offset));
}

// Fields of the same meaning in other words that are watched without being understood.
bool watched(std::string_view plain_key) {
  return field_of(inner::top_field(plain_key)) != Field::other || plain_key.starts_with("max_");
}

class Scan {
 public:
  Scan(Operation operation, std::string_view body, int depth_max)
      : operation_(operation), depth_max_(depth_max), members_(body, depth_max) {}

  Result<RequestFacts> run() {
    const auto watch = content_watch(facts_.content);
    if (has_content(operation_)) members_.watch(watch);
    for (JsonMember member; members_.next(member); ++facts_.member_count) {
      if (has_content(operation_) && member.key == watch.key) take_type(member.value, facts_.content);
      if (auto taken = take(member); !taken) return std::unexpected(std::move(taken.error()));
    }
    if (const auto* error = members_.error()) return not_json(*error);
    facts_.close_offset = members_.close_offset();
    facts_.stream &= operation_ != Operation::embeddings;  // embeddings do not know it
    if (auto whole = check_whole(); !whole) return std::unexpected(std::move(whole.error()));
    return facts_;
  }

 private:
  static bool has_content(Operation o) { return o == Operation::chat || o == Operation::responses; }
  Result<void> take(const JsonMember& member);
  void note_need(const inner::TopField* known, std::string_view value) {
    if (operation_ == Operation::embeddings) return;
    const bool spoken = known != nullptr && known->known_to(dialect_of(operation_));
    inner::add_needs(spoken ? known : nullptr, value, facts_.needs);
  }
  Result<void> take_watched(Field field, const JsonMember& member);
  Result<void> take_model(const JsonMember& member);
  Result<void> take_stream_options(const JsonMember& member);
  Result<void> take_include_usage(const JsonMember& member);
  Result<void> take_limit(Field field, const JsonMember& member);
  Result<void> take_n(const JsonMember& member);
  void take_effort(const inner::TopField& known, const JsonMember& member);
  Result<void> check_whole() const;

  Result<void> take_flag(std::string_view field, const JsonMember& member, bool& into) {
    if (member.kind == JsonKind::null) return {};
    if (member.kind != JsonKind::boolean) return wrong_type(field, "true or false");
    into = member.value == "true";
    return {};
  }

  Result<void> take_text(std::string_view field, const JsonMember& member, std::string_view& into) {
    if (member.kind == JsonKind::null) return {};
    if (member.kind != JsonKind::string) return wrong_type(field, "a string");
    if (member.value_escaped) return wrong_type(field, "a string without escapes");
    into = wire::json_text(member.value);
    return {};
  }

  Operation operation_;
  int depth_max_;
  JsonObject members_;
  RequestFacts facts_;
  std::uint32_t seen_ = 0;
  int limits_ = 0;  // of the output, as chat spells them
  bool has_content_ = false;  // `messages` of a chat, `input` of embeddings
};

Result<void> Scan::take(const JsonMember& member) {
  if (member.key_escaped) {
    std::string plain;
    if (wire::json_unescape(member.key, plain) && watched(plain))
      return refuse(Code::escaped_key, fmt::format("'{}' must be written without escapes.", plain), plain);
    note_need(inner::top_field(plain), member.value);
    return {};
  }
  const inner::TopField* const known = inner::top_field(member.key);
  note_need(known, member.value);
  const Field field = field_of(known);
  if (field != Field::other) {
    const std::uint32_t bit = 1u << static_cast<unsigned>(field);
    if ((seen_ & bit) != 0)
      return refuse(Code::duplicate_key, fmt::format("'{}' stands more than once.", member.key), member.key);
    seen_ |= bit;
    return take_watched(field, member);
  }
  if (operation_ == Operation::chat && member.key == "messages") {
    if (member.kind != JsonKind::array) return wrong_type("messages", "an array");
    has_content_ = true;
  } else if (operation_ == Operation::embeddings && member.key == "input") {
    has_content_ = member.kind != JsonKind::null;
  } else if (member.key == "prompt_cache_key" && member.kind == JsonKind::string) {
    facts_.prompt_cache_key = wire::json_text(member.value);
  } else if (member.key == "metadata" && member.kind == JsonKind::object) {
    facts_.metadata = member.value;
  } else if (known != nullptr && known->need == Need::reasoning_effort && operation_ != Operation::embeddings) {
    take_effort(*known, member);
  }
  return {};
}

Result<void> Scan::take_watched(Field field, const JsonMember& member) {
  const std::string_view name = kFields[static_cast<std::size_t>(field)];
  bool store = false;
  switch (field) {
    case Field::model: return take_model(member);
    case Field::stream: return take_flag(name, member, facts_.stream);
    case Field::n: return take_n(member);
    case Field::service_tier: return take_text(name, member, facts_.service_tier);
    case Field::stream_options: return take_stream_options(member);
    case Field::previous_response_id: return take_text(name, member, facts_.previous_response_id);
    case Field::background: return take_flag(name, member, facts_.background);
    case Field::store: {
      auto taken = take_flag(name, member, store);
      if (taken && member.kind == JsonKind::boolean) facts_.store = store;
      return taken;
    }
    default: return take_limit(field, member);
  }
}

Result<void> Scan::take_model(const JsonMember& member) {
  if (member.kind != JsonKind::string) return wrong_type("model", "a string");
  if (member.value_escaped) return wrong_type("model", "a string without escapes");
  facts_.model_token = member.value;
  facts_.model = wire::json_text(member.value);
  if (facts_.model.empty()) return wrong_type("model", "the name of a model, not an empty string");
  if (facts_.model.size() > kModelBytesMax) return wrong_type("model", "at most 512 bytes long");
  return {};
}

Result<void> Scan::take_stream_options(const JsonMember& member) {
  if (member.kind != JsonKind::object && member.kind != JsonKind::null)
    return wrong_type("stream_options", "an object");
  facts_.stream_options = member.value;
  if (member.kind == JsonKind::null) return {};
  JsonObject options(member.value, depth_max_);
  for (JsonMember option; options.next(option);)
    if (auto taken = take_include_usage(option); !taken) return taken;
  return {};
}

Result<void> Scan::take_include_usage(const JsonMember& option) {
  constexpr std::string_view kPath = "stream_options.include_usage";
  std::string plain;
  if (option.key_escaped && wire::json_unescape(option.key, plain) && plain == "include_usage")
    return refuse(Code::escaped_key, fmt::format("'{}' must be written without escapes.", kPath), kPath);
  if (option.key != "include_usage") return {};
  if (!facts_.include_usage.empty())
    return refuse(Code::duplicate_key, fmt::format("'{}' stands more than once.", kPath), kPath);
  facts_.include_usage = option.value;
  return take_flag(kPath, option, facts_.wants_usage);
}

Result<void> Scan::take_limit(Field field, const JsonMember& member) {
  const std::string_view name = kFields[static_cast<std::size_t>(field)];
  if (member.kind == JsonKind::null) return {};
  const auto limit = member.kind == JsonKind::number ? wire::json_int(member.value) : std::nullopt;
  if (!limit || *limit < 0) return wrong_type(name, "a whole number that is not negative");
  if (field == Field::max_tool_calls) return {};
  if (operation_ == Operation::chat && field != Field::max_output_tokens) facts_.limit_key = limits_++ == 0 ? member.key : std::string_view();
  // Where both spellings of chat's limit stand, the new one counts (`max_tokens` is deprecated).
  if (field == Field::max_tokens && facts_.output_limit) return {};
  facts_.output_limit = limit;
  return {};
}

Result<void> Scan::take_n(const JsonMember& member) {
  if (operation_ != Operation::chat || member.kind == JsonKind::null) return {};
  const auto n = member.kind == JsonKind::number ? wire::json_int(member.value) : std::nullopt;
  if (!n || *n < 1) return wrong_type("n", "a positive whole number");
  facts_.n = *n;
  return {};
}

// What is no word is the cloud's to refuse.
void Scan::take_effort(const inner::TopField& known, const JsonMember& member) {
  if (!known.known_to(dialect_of(operation_))) return;
  if (member.kind == JsonKind::string) facts_.effort = effort_of(wire::json_text(member.value));
  if (member.kind != JsonKind::object) return;
  JsonObject reasoning(member.value, depth_max_);
  for (JsonMember inside; reasoning.next(inside);)
    if (inside.key == "effort" && inside.kind == JsonKind::string) facts_.effort = effort_of(wire::json_text(inside.value));
}

Result<void> Scan::check_whole() const {
  if (facts_.model_token.empty())
    return refuse(Code::missing_parameter, "The request must name a 'model'.", "model");
  if (has_content_) return {};
  if (operation_ == Operation::chat)
    return refuse(Code::missing_parameter, "A chat completion needs 'messages'.", "messages");
  if (operation_ == Operation::embeddings)
    return refuse(Code::missing_parameter, "An embedding needs an 'input'.", "input");
  return {};
}

}  // namespace

std::string_view name(LimitField field) {
  constexpr std::array<std::string_view, 3> kFieldNames{"", "max_tokens", "max_completion_tokens"};
  return kFieldNames[static_cast<std::size_t>(field)];
}

LimitField limit_field_of(std::string_view text) {
  for (const auto field : {LimitField::max_tokens, LimitField::max_completion_tokens})
    if (name(field) == text) return field;
  return LimitField::any;
}

Result<RequestFacts> scan_request(Operation operation, std::string_view body, int depth_max) {
  return Scan(operation, body, depth_max).run();
}

}  // namespace fw::dialect
