// The offer book: every dated price we know, with lookups by place and time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "offer/row.h"

namespace fw::offer {

// Where one can be served.
struct Place {
  std::string_view model;  // the book's name
  std::string_view cloud;
  std::string_view host;  // bedrock: runtime or mantle
  std::string_view scope;
};

// What holds at a place for a while: the rows of all its tiers as one sheet.
struct Dated {
  WallTime from;
  std::optional<WallTime> until;  // exclusive; nothing: open
  bool absent = false;            // the ordinary tier is known not to be offered
  bool priced = false;            // the ordinary tier has a price
  Features features;              // of the ordinary tier
  PriceSheet sheet;               // its `row` and its tiers' name where the prices come from
  std::vector<std::string> rows;  // ids of all rows it is made of
};

// The dated sheets of one place in order, to be asked at the time of an attempt.
class Timeline {
 public:
  Timeline() = default;
  explicit Timeline(std::vector<Dated> parts) : parts_(std::move(parts)) {}
  const std::vector<Dated>& parts() const { return parts_; }
  bool empty() const { return parts_.empty(); }
  // What holds then; null: nothing is known. Allocates nothing.
  const Dated* at(WallTime time) const;
  // A sheet with at least one price; null: no price is known.
  const PriceSheet* price_at(WallTime time) const;
  // What a cache write counted without a lifetime is priced as.
  void set_cache_lifetime(dialect::CacheLifetime lifetime);

 private:
  std::vector<Dated> parts_;
};

class Book {
 public:
  // Rows that do not overlap.
  explicit Book(std::vector<Row> rows = {});

  // By model, cloud, host, scope, tier (the ordinary one first) and time.
  const std::vector<Row>& rows() const { return rows_; }

  // A row of `later` replaces those of the same model, cloud, host, scope and tier for its period; the rest of an
  // older period stays, under an id of its own.
  void lay_over(const std::vector<Row>& later);

  // What holds at a place. Where several rows match, the one that names the scope most closely counts, and among
  // these one that names the host; tier by tier. There is no fallback to a scope around it.
  std::optional<Dated> find(const Place& place, WallTime at) const;
  Timeline timeline(const Place& place) const;

  // All rows of a model that hold at a time.
  std::vector<const Row*> rows(std::string_view model, WallTime at) const;
  // Which model a cloud's word means; empty: unknown. A word may be the book's own name of a model.
  std::string_view model_of(std::string_view cloud, std::string_view id) const;
  bool has_model(std::string_view model) const;
  std::vector<std::string> models() const;  // each once, in order

 private:
  void settle();
  std::vector<Row> rows_;
};

}  // namespace fw::offer
