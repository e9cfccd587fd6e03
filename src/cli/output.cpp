#include "cli/output.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <unistd.h>

#include "wire/json_write.h"

namespace fw::cli {
namespace {

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

void write_object(wire::JsonWriter& json, const List& list, const std::vector<Cell>& row) {
  json.begin_object();
  for (std::size_t i = 0; i < row.size(); ++i) {
    json.key(list.columns[i]);
    if (row[i].number) json.raw(row[i].text);
    else json.string(row[i].text);
  }
  json.end_object();
}

std::string to_json(const List& list) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_array();
  for (const auto& row : list.rows) write_object(json, list, row);
  json.end_array();
  return out + "\n";
}

std::string to_ndjson(const List& list) {
  std::string out;
  for (const auto& row : list.rows) {
    wire::JsonWriter json(out);
    write_object(json, list, row);
    out += '\n';
  }
  return out;
}

std::string to_csv(const List& list) {
  std::string out;
  for (std::size_t i = 0; i < list.columns.size(); ++i) out += (i > 0 ? "," : "") + csv_cell(list.columns[i]);
  out += "\r\n";
  for (const auto& row : list.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) out += (i > 0 ? "," : "") + csv_cell(row[i].text);
    out += "\r\n";
  }
  return out;
}

std::string to_table(const List& list) {
  std::vector<std::size_t> widths(list.columns.size());
  for (const auto& row : list.rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i].text));
  std::string out;
  for (const auto& row : list.rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += (i > 0 ? "  " : "") + row[i].text + std::string(widths[i] - width_of(row[i].text), ' ');
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

}  // namespace

std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

Format format_of(std::string_view word) {
  if (word == "json") return Format::json;
  if (word == "ndjson") return Format::ndjson;
  return word == "csv" ? Format::csv : Format::table;
}

std::string to_text(const List& list, Format format) {
  switch (format) {
    case Format::json: return to_json(list);
    case Format::ndjson: return to_ndjson(list);
    case Format::csv: return to_csv(list);
    case Format::table: break;
  }
  return to_table(list);
}

bool wants_colour(std::FILE* stream) {
  const char* no = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool dumb = !terminal || std::string_view(terminal) == "dumb";
  return ::isatty(::fileno(stream)) != 0 && !(no && *no) && !dumb;
}

}  // namespace fw::cli
