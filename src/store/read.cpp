#include "store/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>

namespace fw::store {
namespace {

using ledger::SegmentEnd;

std::optional<std::uint32_t> number_in(std::string_view text, std::string_view before, std::string_view after) {
  if (!text.starts_with(before) || !text.ends_with(after) || text.size() <= before.size() + after.size()) return std::nullopt;
  const auto digits = text.substr(before.size(), text.size() - before.size() - after.size());
  std::uint32_t n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return n;
}

std::string journal_folder(const std::string& data_dir) { return data_dir + "/journal"; }

class DirectoryReader {
 public:
  DirectoryReader(Disk& disk, const Visit& visit) : disk_(disk), visit_(visit) {}

  void read(const SegmentPath& segment) {
    auto& found = out_.segments.emplace_back();
    found.path = segment.path;
    found.core = segment.core;
    found.number = segment.number;
    const auto file = disk_.read(segment.path);
    if (!file) {
      found.words = disk_error(file.error(), segment.path).message;
    } else {
      auto reader = ledger::SegmentReader::open((*file)->bytes(), segment.path);
      if (!reader) found.words = reader.error().message;
      else read_records(found, *reader);
    }
    if (!found.words.empty() && found.end != SegmentEnd::torn) out_.problems.push_back(found.words);
    if (out_.segments.size() > 1) compare(out_.segments[out_.segments.size() - 2], found);
  }

  Reading finish() {
    std::vector<std::pair<std::uint64_t, OpenIntent*>> order;
    for (auto& [id, open] : open_) order.emplace_back(open.first, &open.second);
    std::ranges::sort(order);
    for (auto& [at, intent] : order) out_.open.push_back(std::move(*intent));
    return std::move(out_);
  }

 private:
  void read_records(SegmentFound& found, ledger::SegmentReader& reader) {
    found.header = reader.header();
    found.sealed = reader.sealed();
    while (const ledger::Record* r = reader.next()) {
      if (found.records++ == 0) found.first_sequence = r->sequence;
      const Position position{found.core, found.number, r->offset, r->sequence};
      const auto* mark = std::get_if<ledger::Mark>(&r->body);
      found.clean_shutdown = mark && mark->kind == ledger::MarkKind::clean_shutdown;
      account(position, *r, reader);
      if (visit_) visit_(position, *r, reader);
    }
    out_.records += found.records;
    found.end = reader.end();
    found.last_sequence = reader.last_sequence();
    found.offset = static_cast<std::uint32_t>(reader.offset());
    found.skipped = reader.skipped();
    for (const auto& gap : reader.gaps()) found.missing += gap.missing();
    found.words = reader.words();
  }

  void account(const Position& position, const ledger::Record& r, const ledger::SegmentReader& reader) {
    if (const auto* intent = std::get_if<ledger::Intent>(&r.body)) {
      if (adjusted_.contains(intent->attempt_id)) return;
      open_.insert_or_assign(std::string(intent->attempt_id), std::pair(found_++, owned(position, *intent, reader)));
    } else if (const auto* settlement = std::get_if<ledger::Settlement>(&r.body)) {
      close(settlement->attempt_id);
    } else if (const auto* adjustment = std::get_if<ledger::Adjustment>(&r.body)) {
      close(adjustment->attempt_id);
      adjusted_.emplace(adjustment->attempt_id);  // its intent may stand in another core's segments
    }
  }

  void close(std::string_view attempt_id) {
    const auto it = open_.find(attempt_id);
    if (it != open_.end()) open_.erase(it);
  }

  static OpenIntent owned(const Position& position, const ledger::Intent& i, const ledger::SegmentReader& reader) {
    const auto text = [&](ledger::NameId id) { return std::string(reader.text(id)); };
    return {.position = position,
            .run = reader.header().run,
            .attempt_id = std::string(i.attempt_id),
            .request_id = std::string(i.request_id),
            .client_request_id = std::string(i.client_request_id),
            .time = i.time,
            .tenant = text(i.tenant),
            .key = text(i.key),
            .model = text(i.model),
            .deployment = text(i.deployment),
            .provider = text(i.provider),
            .cloud = text(i.cloud),
            .scope = text(i.scope),
            .price_row = text(i.price_row),
            .dialect_in = i.dialect_in,
            .dialect_out = i.dialect_out,
            .operation = i.operation,
            .stream = i.stream,
            .tags = std::string(i.tags),
            .reserved = i.reserved,
            .reserved_cost = i.reserved_cost};
  }

  // What is missing between two segments of one core and run.
  void compare(const SegmentFound& before, SegmentFound& after) {
    if (before.core != after.core || !before.header || !after.header || before.header->run != after.header->run) return;
    if (after.number != before.number + 1) {
      out_.problems.push_back(fmt::format("{}: the segments {} to {} before it are missing", after.path, before.number + 1, after.number - 1));
      return;
    }
    if (after.records == 0 || before.last_sequence == 0) return;
    const auto expected = before.last_sequence + 1;
    if (after.first_sequence == expected) return;
    // Where `after` lost its beginning, it has said so; and where `before` lost its end and was sealed, so has it.
    out_.problems.push_back(fmt::format("{}: begins with record {}, but {} ends with {}; {} records are missing", after.path,
                                        after.first_sequence, before.path, before.last_sequence,
                                        after.first_sequence > expected ? after.first_sequence - expected : 0));
  }

  Disk& disk_;
  const Visit& visit_;
  Reading out_;
  std::uint64_t found_ = 0;
  std::map<std::string, std::pair<std::uint64_t, OpenIntent>, std::less<>> open_;
  std::set<std::string, std::less<>> adjusted_;
};

}  // namespace

Error disk_error(Fault fault, const std::string& path) {
  return {.code = Code::internal_error, .origin = Origin::operator_,
          .message = fmt::format("{}: {} failed: {}", path, name(fault.step), std::strerror(fault.error))};
}

std::string core_folder(const std::string& data_dir, std::uint32_t core) { return fmt::format("{}/core-{:02}", journal_folder(data_dir), core); }

std::string segment_path(const std::string& data_dir, std::uint32_t core, std::uint32_t number) {
  return fmt::format("{}/{:010}.fwj", core_folder(data_dir, core), number);
}

DiskResult<std::vector<SegmentPath>> list_segments(Disk& disk, const std::string& data_dir) {
  const auto top = journal_folder(data_dir);
  std::vector<SegmentPath> out;
  const auto cores = disk.list(top);
  if (!cores) {
    if (cores.error().error == ENOENT) return out;
    return std::unexpected(cores.error());
  }
  for (const auto& folder : *cores) {
    const auto core = number_in(folder, "core-", "");
    if (!core) continue;
    const auto names = disk.list(top + "/" + folder);
    if (!names) return std::unexpected(names.error());
    for (const auto& file : *names)
      if (const auto number = number_in(file, "", ".fwj")) out.push_back({*core, *number, fmt::format("{}/{}/{}", top, folder, file)});
  }
  std::ranges::sort(out, [](const auto& a, const auto& b) { return std::pair(a.core, a.number) < std::pair(b.core, b.number); });
  return out;
}

Result<Reading> read_directory(const std::string& data_dir, const ReadOptions& options) {
  Disk& disk = options.disk ? *options.disk : real_disk();
  const auto segments = list_segments(disk, data_dir);
  if (!segments) return std::unexpected(disk_error(segments.error(), journal_folder(data_dir)));
  DirectoryReader reader(disk, options.visit);
  for (const auto& segment : *segments)
    if (segment.core >= options.before.size() || segment.number < options.before[segment.core]) reader.read(segment);
  return reader.finish();
}

}  // namespace fw::store
