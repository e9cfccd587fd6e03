#include "cloud/bedrock/models.h"

#include <algorithm>
#include <array>

#include "wire/json.h"

namespace fw::cloud::bedrock {
namespace {

struct FamilyRow {
  std::string_view part;  // of the id, with the dot that ends the vendor's name
  Family family;
};

// AWS user guide, "Supported foundation models" (read 2026-11-22): VENDOR.MODEL, profiles put a
// geography before it. The first row that fits counts.
constexpr std::array<FamilyRow, 5> kFamilies{{{"openai.gpt-oss", Family::gpt_oss},
                                              {"openai.", Family::gpt},
                                              {"anthropic.", Family::claude},
                                              {"amazon.nova-2", Family::nova_reasoning},
                                              {"mistral.", Family::mistral}}};

constexpr std::size_t kCallIdBytesMax = 64;
constexpr std::size_t kMistralIdBytes = 9;

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool fits(char c) { return is_alnum(c) || c == '_' || c == '-'; }

bool is_valid(std::string_view id, Family family) {
  if (family == Family::mistral) return id.size() == kMistralIdBytes && std::ranges::all_of(id, is_alnum);
  return !id.empty() && id.size() <= kCallIdBytesMax && std::ranges::all_of(id, fits);
}

// FNV-1a of 64 bits in nine digits of base 62: what @ai-sdk/amazon-bedrock 5.0.101 sends to Mistral,
// so that a conversation begun there goes on here.
std::string nine_digits(std::string_view id) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  std::string out(kMistralIdBytes, '0');
  for (auto digit = out.rbegin(); digit != out.rend(); ++digit, hash /= kDigits.size())
    *digit = kDigits[hash % kDigits.size()];
  return out;
}

}  // namespace

Family family_of(std::string_view model) {
  if (is_application_profile(model)) return Family::other;
  for (const FamilyRow& row : kFamilies)
    if (model.find(row.part) != model.npos) return row.family;
  return Family::other;
}

// AWS user guide, "Supported Regions and models for inference profiles" (read 2026-11-22).
std::string_view profile_scope(std::string_view model) {
  constexpr std::array<std::string_view, 9> kPrefixes{"global", "us", "eu", "apac", "jp", "au", "ca", "in", "us-gov"};
  if (const auto slash = model.rfind('/'); model.starts_with("arn:") && slash != model.npos) model.remove_prefix(slash + 1);
  const auto dot = model.find('.');
  const auto found = std::ranges::find(kPrefixes, model.substr(0, dot));
  return dot == model.npos || found == kPrefixes.end() ? std::string_view() : *found;
}

bool is_application_profile(std::string_view model) {
  return model.starts_with("arn:") && model.find(":application-inference-profile/") != model.npos;
}

void append_call_id(std::string& out, std::string_view raw, Family family) {
  if (is_valid(raw, family)) {
    out += raw;
    return;
  }
  std::string id;
  wire::json_unescape(raw, id);
  if (is_valid(id, family))
    out += id;
  else
    out.append(family == Family::mistral ? "" : "call_").append(nine_digits(id));
}

}  // namespace fw::cloud::bedrock
