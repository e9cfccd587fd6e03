// Reads values of the tree into typed fields, complaining about everything that does not fit and
// going on. What could not be read keeps its default.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/document.h"
#include "config/field.h"
#include "config/load.h"
#include "config/report.h"
#include "offer/price.h"

namespace fw::config {

class Reader {
 public:
  Reader(Report& report, const Sources& sources) : report_(report), sources_(sources) {}

  // One step down the tree while it lives; notes where the place is.
  class Step {
   public:
    Step(Reader& reader, std::string path, Spot at);
    ~Step() { reader_.path_ = std::move(before_); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    Reader& reader_;
    std::string before_;
  };

  const std::string& path() const { return path_; }
  const Sources& sources() const { return sources_; }
  Report& report() { return report_; }
  void complain(const Node& node, Complaint complaint) { report_.add(node.at, path_, std::move(complaint)); }

  // Each gives nothing after a complaint (and for nodes complained about before).
  std::optional<std::string> text(const Node& node, const Field& field);
  std::optional<std::string> secret(const Node& node, const Field& field);
  std::optional<std::int64_t> integer(const Node& node, const Field& field);
  std::optional<bool> boolean(const Node& node, const Field& field);
  std::optional<std::size_t> word(const Node& node, const Field& field, const std::vector<std::string_view>& words);
  std::optional<Address> address(const Node& node, const Field& field);
  void table(const Node& node, const Field& field, const Table& table, void* object);
  // False after a complaint that the node is not of this kind.
  bool expect(const Node& node, const Field& field, NodeKind kind, std::string_view expected);
  // The name in front of an entry of a mapping by name.
  bool name(const Member& member, const Rule& rule);

  // Prices by the path of their deployment: they become sheets once its cloud is known.
  std::map<std::string, offer::PriceText> price_texts;

 private:
  struct Scalar {
    std::string value;
    bool referred = false;
  };
  std::optional<Scalar> scalar(const Node& node, const Field& field, std::string_view expected);
  void unknown_key(const Member& member, const Table& table);
  void missing_fields(const Node& node, const Table& table);

  Report& report_;
  const Sources& sources_;
  std::string path_;
};

// "a whole number of ms from 1 to 3600000", "one of error, warn, info", ...
std::string expected_text(const Field& field, const Shape& shape);
std::string integer_text(const Field& field);
std::string size_text(std::int64_t bytes);  // "32MiB"
std::string words_text(const std::vector<std::string_view>& words);

}  // namespace fw::config
