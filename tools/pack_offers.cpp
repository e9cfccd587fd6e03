// A program of the build: writes the offer book's YAML files as JSON into a C++ file, which the finished program reads
// twenty times faster. `fw_pack_offers OUT FILE...`
#include <yaml-cpp/yaml.h>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "wire/json_write.h"

namespace {

using fw::wire::JsonWriter;

bool is_number(std::string_view text) {
  return !text.empty() && (text == "0" || text.front() != '0') && text.find_first_not_of("0123456789") == text.npos;
}

void write(JsonWriter& json, const YAML::Node& node) {
  if (node.IsMap()) {
    json.begin_object();
    for (const auto& member : node) {
      json.key(member.first.Scalar());
      write(json, member.second);
    }
    json.end_object();
  } else if (node.IsSequence()) {
    json.begin_array();
    for (const auto& item : node) write(json, item);
    json.end_array();
  } else if (node.IsNull()) {
    json.null();
  } else if (node.Tag() == "?" && (is_number(node.Scalar()) || node.Scalar() == "true" || node.Scalar() == "false")) {
    json.raw(node.Scalar());
  } else {
    json.string(node.Scalar());
  }
}

std::string cpp_of(int count, char** files) {
  std::string out = "// Written by tools/pack_offers.cpp.\n#include \"config/embedded.h\"\n\nnamespace fw::config {\nnamespace {\nconstexpr EmbeddedFile kFiles[]{\n";
  for (int i = 0; i < count; ++i) {
    const std::string_view path = files[i];
    std::string text;
    JsonWriter json(text);
    write(json, YAML::LoadFile(std::string(path)));
    out += fmt::format("    {{\"{}\", R\"=====({})=====\"}},\n", path.substr(path.rfind('/') + 1), text);
  }
  return out + "};\n}  // namespace\n\nstd::span<const EmbeddedFile> embedded_offers() { return kFiles; }\n\n}  // namespace fw::config\n";
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const auto out = cpp_of(count - 2, arguments + 2);
    auto* const file = std::fopen(arguments[1], "wb");
    if (!file || std::fwrite(out.data(), 1, out.size(), file) != out.size() || std::fclose(file) != 0) throw std::runtime_error("cannot be written");
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", count > 1 ? arguments[1] : "fw_pack_offers", error.what());
    return 1;
  }
}
