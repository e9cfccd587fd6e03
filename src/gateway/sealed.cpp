#include "gateway/sealed.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "gateway/ask.h"
#include "gateway/attempt.h"
#include "wire/json.h"

namespace fw::gateway {
namespace {

constexpr std::string_view kKey = "\"encrypted_content\"";
constexpr std::size_t kNotedMax = 64;  // of one answer

std::size_t find_key(std::string_view text, std::size_t from) {
  const auto* const at = static_cast<const char*>(::memmem(text.data() + from, text.size() - from, kKey.data(), kKey.size()));
  return at == nullptr ? text.npos : static_cast<std::size_t>(at - text.data());
}

// The text between the quotes behind the key at `at`; empty: it is none.
std::string_view value_at(std::string_view text, std::size_t at) {
  text.remove_prefix(at + kKey.size());
  constexpr std::string_view kSpace = " \t\r\n";
  const auto colon = text.find_first_not_of(kSpace);
  if (colon == text.npos || text[colon] != ':') return {};
  const auto open = text.find_first_not_of(kSpace, colon + 1);
  if (open == text.npos || text[open] != '"') return {};
  for (auto end = text.find_first_of("\"\\", open + 1); end != text.npos; end = text.find_first_of("\"\\", end))
    if (text[end] == '"') return text.substr(open + 1, end - open - 1);
    else end += 2;
  return {};
}

// The first and the last, of what may be many.
struct Ends {
  std::string_view first, last;
};
Ends ends_of(std::string_view body) {
  Ends ends;
  for (auto at = find_key(body, 0); at != body.npos; at = find_key(body, at + kKey.size()))
    if (const auto value = value_at(body, at); !value.empty()) {
      if (ends.first.empty()) ends.first = value;
      ends.last = value;
    }
  return ends;
}

[[gnu::noinline]] net::Task<std::optional<Owner>> owner_of(Exchange& x, std::uint64_t hash) {
  auto& home = x.core.home(hash);
  auto question = ask<std::optional<Owner>>(x.core.loop(), home.loop(), [&home, hash] { return home.owners.find(hash); });
  co_return co_await question;
}

}  // namespace

bool says_sealed(const Exchange& x) {
  return x.operation == Operation::responses && find_key(x.asked->body, 0) != std::string_view::npos;
}

net::Task<void> find_sealer(Exchange& x) {
  const auto ends = ends_of(x.asked->body);
  if (ends.last.empty()) co_return;
  x.asked->sealed.said = true;
  const auto last = response_id_hash(ends.last);
  const auto first = ends.first == ends.last ? last : response_id_hash(ends.first);
  auto asking = owner_of(x, last);
  const auto maker = co_await asking;
  if (!maker || maker->tenant != x.key().tenant) co_return;
  x.asked->sealed.by = maker->deployment;
  if (first == last) co_return;
  auto asking_first = owner_of(x, first);
  const auto other = co_await asking_first;
  // No place reads all of a conversation that several have written.
  if (other && other->deployment != maker->deployment) x.asked->sealed.left_out = true;
}

bool sealed_elsewhere(const Exchange& x, std::uint16_t deployment) {
  const auto& sealed = x.asked->sealed;
  return sealed.said && (sealed.left_out || (sealed.by != ledger::kNoIndex && sealed.by != deployment));
}

void note_sealed(Exchange& x, std::span<const std::string_view> pieces) {
  std::size_t noted = 0;
  for (const auto piece : pieces)
    for (auto at = find_key(piece, 0); at != piece.npos && noted < kNotedMax; at = find_key(piece, at + kKey.size()), ++noted)
      if (const auto value = value_at(piece, at); !value.empty()) note_maker(x, response_id_hash(value));
}

bool go_on_without_sealed(Exchange& x, const cloud::Verdict& verdict) {
  auto& sealed = x.asked->sealed;
  auto& candidates = x.asked->candidates;
  if (!sealed.said || sealed.left_out || verdict.code != "invalid_encrypted_content" || x.policy().lossy == route::Lossy::refuse) return false;
  if (candidates.count == candidates.all.size()) return false;
  sealed.left_out = true;
  const auto here = candidates.all.begin() + x.running.at;
  std::copy_backward(here, candidates.all.begin() + candidates.count, candidates.all.begin() + candidates.count + 1);
  ++candidates.count;
  return true;
}

}  // namespace fw::gateway
