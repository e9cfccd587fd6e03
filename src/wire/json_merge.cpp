#include "wire/json_merge.h"

#include <algorithm>
#include <vector>

#include "wire/json.h"

namespace fw::wire {
namespace {

struct Named {
  std::string key;
  std::string_view value;
  JsonKind kind = JsonKind::null;
};

std::vector<Named> members_of(std::string_view text) {
  std::vector<Named> out;
  JsonObject object(text, json_depth_cap);
  for (JsonMember m; object.next(m);) {
    auto& made = out.emplace_back(Named{{}, m.value, m.kind});
    json_unescape(m.key, made.key);
  }
  return out;
}

void merge(JsonWriter& json, std::string_view target, std::string_view patch);

void put(JsonWriter& json, const Named& before, const Named& change) {
  json.key(change.key);
  if (change.kind != JsonKind::object) {
    json.raw(change.value);
    return;
  }
  merge(json, before.kind == JsonKind::object ? before.value : std::string_view("{}"), change.value);
}

void merge(JsonWriter& json, std::string_view target, std::string_view patch) {
  auto changes = members_of(patch);
  json.begin_object();
  for (const auto& member : members_of(target)) {
    const auto change = std::ranges::find(changes, member.key, &Named::key);
    if (change == changes.end()) {
      json.key(member.key).raw(member.value);
      continue;
    }
    if (change->kind != JsonKind::null) put(json, member, *change);
    changes.erase(change);
  }
  for (const auto& change : changes)
    if (change.kind != JsonKind::null) put(json, {}, change);
  json.end_object();
}

}  // namespace

std::string json_merge(std::string_view target, std::string_view patch) {
  std::string out;
  JsonWriter json(out);
  merge(json, target, patch);
  return out;
}

}  // namespace fw::wire
