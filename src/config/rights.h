// What a token of the admin plane may hand out: a key never has a right that whoever makes, changes or shows it lacks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/load.h"

namespace fw::config {

struct Rights {
  std::optional<std::string> tenant;                 // nothing: all, and none
  std::optional<std::vector<std::string>> models;    // nothing: all, those to come included
  std::optional<std::vector<std::string>> policies;  // likewise
};

Rights rights_of(const AdminToken& token, const Config& config);
Rights rights_of(const Key& key);

// Whether `rights` has all that `of` has.
bool covers(const Rights& rights, const Rights& of);

// Every right of the key that the token lacks, as a problem at the field that asks for it. Empty: it may be handed out.
std::vector<Problem> beyond(const Key& key, const AdminToken& token, const Config& config);

// May make, change and revoke keys.
inline bool may_mint(const AdminToken& token) { return token.role != Role::read; }

}  // namespace fw::config
