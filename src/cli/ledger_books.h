// The books that a command about the ledger reads, and how it is told which of them.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/ledger.h"
#include "config/config.h"
#include "store/books.h"

namespace fw::cli {

struct OpenedBooks {
  std::optional<config::Config> config;
  std::string data_dir;
  std::unique_ptr<store::Books> books;
};

// Error: an exit status, after a complaint.
std::expected<OpenedBooks, int> open_books(const LedgerPlace& place);
// A day or a time; nothing for an empty text. The error is an exit status, after a complaint that names the option.
std::expected<std::optional<WallTime>, int> time_of(const std::string& text, std::string_view option);
// Each is NAME=VALUE; false after a complaint about the first that is not.
bool are_tags(const std::vector<std::string>& tags);

}  // namespace fw::cli
