// The book against prices of others, meter by meter.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "offer/book.h"

namespace fw::offer {

// One meter on which a row of ours and one of theirs differ.
struct Disagreement {
  const Row* ours = nullptr;
  const Row* theirs = nullptr;
  std::string meter;  // "input", "long_context.output", "long_context.above"
  std::string our_price, their_price;
  std::string difference;  // theirs less ours, exactly
};

struct Comparison {
  std::vector<Disagreement> disagreements;
  std::size_t compared = 0;  // meters that both name
  std::size_t unmatched = 0; // rows of theirs that no row of ours stands beside
};

// Each of their rows beside ours of the same model, cloud, host and tier that holds on its first day at the same scope:
// one that is written alike, else those it lies in or that lie in it. What only one side names is no disagreement.
Comparison compare(const Book& ours, std::span<const Row> theirs);

}  // namespace fw::offer
