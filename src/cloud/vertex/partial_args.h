// A function call's arguments that come leaf by leaf, made into the text of one JSON object.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fw::cloud::vertex {

// Google names each leaf by a JSON path and sends strings in pieces ("streamFunctionCallArguments":
// @google/genai 3.1.0 `PartialArg`). The pieces of text, put together, are one valid JSON object as
// long as leaves come in the document's order, as they do in all recordings.
class PartialArgs {
 public:
  // Appends the text that a "partialArgs" array adds. False: a path nobody could follow.
  bool add(std::string_view partial_args_array, std::string& text);
  // Appends what closes the object, "{}" if nothing came, and starts anew.
  void finish(std::string& text);

 private:
  struct Segment {
    std::string name;  // of a member; digits of an element
    bool element = false;
    bool operator==(const Segment&) const = default;
  };
  struct Open {
    Segment at;
    bool array = false;
    bool empty = true;
  };
  using Path = std::vector<Segment>;

  static bool parse(std::string_view path, Path& out, bool& ends_array);
  bool add_one(std::string_view partial, std::string& text);
  // Closes and opens containers until `depth` segments of `path` are open.
  void go_to(const Path& path, std::size_t depth, bool array, std::string& text);
  void close_to(std::size_t open, std::string& text);
  void write_name(const Segment& segment, std::string& text);
  bool is_open(const Path& path) const;
  void end_string(std::string& text);

  std::vector<Open> open_;  // the object itself first
  Path leaf_;               // the last one written
  bool in_string_ = false;  // its closing quote is still to be written
};

}  // namespace fw::cloud::vertex
