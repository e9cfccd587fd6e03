// llhttp's request vectors (tests/data/llhttp), read from its Markdown pages. For tests.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace fw::wire::llhttp {

struct Vector {
  std::string page;
  std::string title;
  std::string type;
  std::string bytes;
  bool llhttp_refuses = false;
};

inline std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline char escaped(char letter) {
  switch (letter) {
    case 'r': return '\r';
    case 'n': return '\n';
    case 't': return '\t';
    case 'f': return '\f';
    default: return '\0';
  }
}

// As llhttp's own runner reads a block: line ends become CR LF, a backslash at the end of a line
// joins it with the next, \r \n \t \f and \xHH are escapes.
inline std::string bytes_of(std::string_view block) {
  std::string out;
  if (block.ends_with('\n')) block.remove_suffix(1);
  for (std::size_t i = 0; i < block.size(); ++i) {
    const char next = i + 1 < block.size() ? block[i + 1] : '\0';
    if (block[i] == '\n') {
      out += "\r\n";
    } else if (block[i] != '\\') {
      out += block[i];
    } else if (next == '\n') {
      ++i;
    } else if (next == 'x') {
      std::size_t digits = 0;
      const std::string hex(block.substr(i + 2, 2));
      out += static_cast<char>(std::stoi(hex, &digits, 16));
      i += 1 + digits;
    } else if (escaped(next) != '\0') {
      out += escaped(next);
      ++i;
    } else {
      out += block[i];
    }
  }
  return out;
}

// Pauses of the runner and the hand-over of a tunnel are errors in llhttp's log only.
inline bool is_refusal(std::string_view log) {
  if (log.find("finish=2") != std::string_view::npos) return true;
  const std::size_t at = log.find("error code=");
  if (at == std::string_view::npos) return false;
  const int code = std::stoi(std::string(log.substr(at + 11, 3)));
  return code != 21 && code != 22 && code != 23;
}

inline std::string between(const std::string& text, std::size_t& at, std::string_view from, std::string_view to) {
  const std::size_t start = text.find(from, at);
  if (start == std::string::npos) return {};
  const std::size_t end = text.find(to, start + from.size());
  at = end;
  return text.substr(start + from.size(), end - start - from.size());
}

inline std::vector<Vector> vectors_of(const std::string& page) {
  const std::string text = read(std::string(FAIRWAY_SOURCE_DIR "/tests/data/llhttp/request/") + page + ".md");
  std::vector<Vector> out;
  for (std::size_t at = 0; (at = text.find("<!-- meta=", at)) != std::string::npos;) {
    Vector vector;
    const std::size_t heading = text.rfind("\n##", at);
    vector.page = page;
    vector.title = text.substr(text.find(' ', heading) + 1, text.find('\n', heading + 1) - text.find(' ', heading) - 1);
    const std::string meta = between(text, at, "<!-- meta=", "-->");
    std::size_t in_meta = meta.find("\"type\"");
    vector.type = between(meta, in_meta = meta.find(':', in_meta), "\"", "\"");
    vector.bytes = bytes_of(between(text, at, "```http\n", "```"));
    vector.llhttp_refuses = is_refusal(between(text, at, "```log\n", "```"));
    out.push_back(std::move(vector));
  }
  return out;
}

inline std::vector<Vector> all_vectors() {
  std::vector<Vector> out;
  for (const char* page :
       {"connection", "content-length", "finish", "invalid", "lenient-header-value-relaxed", "lenient-headers",
        "lenient-version", "method", "pausing", "pipelining", "sample", "transfer-encoding", "uri"})
    for (Vector& vector : vectors_of(page)) out.push_back(std::move(vector));
  return out;
}

}  // namespace fw::wire::llhttp
