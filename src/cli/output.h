// Lists on standard output, in the form that was asked for.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"

namespace fw::cli {

inline constexpr const char* kFormats = "table|json|ndjson|csv";
inline constexpr const char* kDefaultConfig = "fairway.yaml";

Format format_of(std::string_view word);

// A cell is a text, or a number (written without quotes in JSON).
struct Cell {
  std::string text;
  bool number = false;
};

struct List {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
};

// json: an array of objects; ndjson: an object per line; csv: RFC 4180 with a header; table: columns in line.
std::string to_text(const List& list, Format format);

// RFC 4180: quoted where it has to be.
std::string csv_cell(std::string_view text);

// A terminal, neither dumb nor told otherwise (NO_COLOR, https://no-color.org).
bool wants_colour(std::FILE* stream);

}  // namespace fw::cli
