// The little XML that AWS's token service answers with.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fw::cloud::aws {

// An element without elements inside.
struct XmlLeaf {
  std::string path;  // "ErrorResponse/Error/Code"
  std::string text;  // unescaped
};

// Nothing: not well-formed, or something no such answer has (a document type, CDATA, a processing instruction
// beyond the first line, more than 16 levels or 256 elements).
std::optional<std::vector<XmlLeaf>> read_xml(std::string_view document);

// Empty: none there, or more than one.
std::string xml_text(const std::vector<XmlLeaf>& leaves, std::string_view path);

}  // namespace fw::cloud::aws
