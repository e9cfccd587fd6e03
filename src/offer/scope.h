// Where an offer holds: a path as a policy's residency writes it, or a pattern of such paths.
#pragma once

#include <optional>
#include <string_view>

namespace fw::offer {

// "global", "on-premises", a geography ("eu") or a region of one ("eu/sweden-central").
bool is_scope(std::string_view text);
// The same, or `*` for one segment of it: "*" is any geography, "eu/*" any region of eu, "*/*" any region.
bool is_scope_pattern(std::string_view text);

// Where a request may be processed that is sent to a place of scope `claimed` under a name that itself says
// where (a cross-Region profile); empty: it says nothing. The wider of the two; where they contradict each
// other, "global": nothing narrower is sure.
std::string_view widest(std::string_view claimed, std::string_view said);

// How closely a pattern holds for a scope: more where it names more; nothing: it does not hold. A scope
// never falls back to what lies around it: what holds for eu says nothing of eu/sweden-central.
std::optional<int> matches(std::string_view pattern, std::string_view scope);

}  // namespace fw::offer
