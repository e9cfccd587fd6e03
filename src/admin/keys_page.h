// What the admin plane tells of keys, as text. Never a secret that was told before, nor what recognises one. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/keyring.h"
#include "wire/json_write.h"

namespace fw::admin {

void write_key(wire::JsonWriter& json, const gateway::MadeKey& key, WallTime now);
// One of the configuration; its id is "config:" and its name.
void write_key(wire::JsonWriter& json, const config::Key& key, WallTime now);
std::string configured_id(const config::Key& key);
std::string_view configured_state(const config::Key& key, WallTime now);

// {"id","key"}: the only answer with a secret in it.
std::string made_page(const gateway::Keyring::Made& made);
// {"data":[…],"next":…}: newest first; `next` is what `before` has to be for the next page.
std::string audit_page(const std::vector<store::KeyAct>& acts, std::size_t limit);

}  // namespace fw::admin
