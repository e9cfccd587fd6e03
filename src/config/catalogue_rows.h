// What a catalogue's reader found, made into rows of the offer book.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "offer/book.h"

namespace fw::config::catalogue {

// One price as a catalogue has it.
struct Found {
  std::string id;       // their word for the model
  std::string tier;     // empty: standard
  std::string regions;  // "us,eu" or "eu-west-1,eu-west-2"; empty: the cloud's ordinary place
  std::string from, until, date;
  std::vector<std::pair<std::string, std::string>> prices;
  std::string fault;  // why it cannot be taken over

  // A number times 10^shift in USD per million. An empty number is nothing.
  void add(std::string_view meter, std::string_view number, int shift);
  void add_long(std::string_view meter, std::string_view number, std::string_view step, int shift);
};

struct Source {
  enum class Names : std::uint8_t { genai, portkey };
  Names names = Names::genai;  // whose words for clouds
  std::string text;            // the evidence's source
  std::string date;
};

class Collector {
 public:
  Collector(Source source, const offer::Book& book) : source_(std::move(source)), book_(book) {}

  // What follows is of this cloud, in the catalogue's word. False: a cloud the book does not know.
  bool open(std::string_view cloud);
  void take(Found found);
  void finish(std::vector<offer::Row>& rows, std::vector<std::string>& left_out);

 private:
  struct Cloud;
  struct Clouds;
  offer::RowText row_of(const Found& found) const;

  Source source_;
  const offer::Book& book_;
  const Cloud* cloud_ = nullptr;
  offer::BookText text_;
  std::vector<std::string> left_out_;
};

}  // namespace fw::config::catalogue
