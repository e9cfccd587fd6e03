#include "fake/aws_canonical.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fake/percent.h"

namespace fw::fake {
namespace {

// UriEncode of the documents: all but the unreserved characters, upper-case hex.
std::string uri_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

// Every service but S3: dot segments resolved, empty ones gone, what is left encoded once more.
std::string canonical_path(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const auto segment : split(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (segment != "..")
      kept.push_back(segment);
    else if (!kept.empty())
      kept.pop_back();
  }
  std::string out;
  for (const auto segment : kept) out += "/" + uri_encoded(segment);
  if (out.empty() || (path.ends_with('/') && path.size() > 1)) out += '/';
  return out;
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto pair : split(query, '&')) {
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    pairs.emplace_back(uri_encoded(percent_decoded(pair.substr(0, equals))),
                       uri_encoded(percent_decoded(pair.substr(std::min(pair.size(), equals + 1)))));
  }
  std::ranges::sort(pairs);
  std::string out;
  for (const auto& [name, value] : pairs) out += fmt::format("{}{}={}", out.empty() ? "" : "&", name, value);
  return out;
}

// Without blanks around it, runs of them as one.
std::string trimmed(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string canonical_request(const CanonicalParts& parts) {
  std::string out = fmt::format("{}\n{}\n{}\n", parts.method, canonical_path(parts.path), canonical_query(parts.query));
  std::string names;
  for (const auto name : parts.signed_names) {
    std::string values;
    bool first = true;
    for (const auto& f : parts.fields) {
      if (lower(f.name) != name) continue;
      if (!std::exchange(first, false)) values += ',';
      values += trimmed(f.value);
    }
    out.append(name).append(":").append(values).append("\n");
    if (!names.empty()) names += ';';
    names += name;
  }
  return out.append("\n").append(names).append("\n").append(parts.payload_sha256);
}

}  // namespace fw::fake
