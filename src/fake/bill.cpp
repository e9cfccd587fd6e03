#include "fake/bill.h"

#include <algorithm>

#include "fake/time_text.h"
#include "wire/json_write.h"

namespace fw::fake {
namespace {

void write_usage(wire::JsonWriter& w, const Tokens& t) {
  w.begin_object().member("input_tokens", t.input).member("cached_tokens", t.cached);
  w.member("cache_write_tokens", t.cache_written).member("output_tokens", t.output);
  w.member("reasoning_tokens", t.reasoning).member("total_tokens", t.input + t.output).end_object();
}

void write_entry(wire::JsonWriter& w, const BillEntry& e) {
  w.begin_object()
      .member("number", static_cast<std::int64_t>(e.number))
      .member("id", e.id)
      .member("sender_id", e.sender_id)
      .member("time", time_text(e.time));
  w.member("path", e.path).member("model", e.model).member("status", e.status).member("stream", e.stream);
  w.member("events_sent", e.events_sent)
      .member("open", e.open)
      .member("client_gone", e.client_gone)
      .key("gone_after_ms");
  if (e.client_gone)
    w.number(e.gone_after_ms);
  else
    w.null();
  w.key("fault");
  if (e.fault.empty())
    w.null();
  else
    w.string(e.fault);
  w.key("usage");
  write_usage(w, e.usage);
  w.member("billed", e.billed).end_object();
}

void add(Tokens& sum, const Tokens& t) {
  sum.input += t.input;
  sum.cached += t.cached;
  sum.cache_written += t.cache_written;
  sum.output += t.output;
  sum.reasoning += t.reasoning;
}

}  // namespace

BillEntry& Bill::open(WallTime time, std::string_view path) {
  auto& entry = take_entry();
  entry.number = ++numbers_;
  entry.time = time;
  entry.path = path;
  ++open_;
  return entry;
}

// When the bill is full the oldest closed entry becomes the newest: an open one is still written to.
BillEntry& Bill::take_entry() {
  if (entries_.size() < attempts_max_) return entries_.emplace_back();
  const auto closed = std::ranges::find(entries_, false, &BillEntry::open);
  if (closed == entries_.end()) return entries_.emplace_back();
  entries_.splice(entries_.end(), entries_, closed);
  *closed = BillEntry{};
  return *closed;
}

void Bill::close(BillEntry& entry) {
  if (!entry.open) return;
  entry.open = false;
  --open_;
  ++totals_.requests;
  totals_.failed += entry.status == 0 || entry.status >= 400;
  totals_.client_gone += entry.client_gone;
  totals_.events += entry.events_sent;
  totals_.billed += entry.billed;
  if (entry.billed) add(totals_.usage, entry.usage);
}

void Bill::clear() {
  std::erase_if(entries_, [](const BillEntry& e) { return !e.open; });
  totals_ = {};
}

std::string Bill::json(std::string_view cloud, std::size_t last) const {
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().member("cloud", cloud).key("attempts").begin_array();
  auto skip = entries_.size() - std::min(last, entries_.size());
  for (const auto& e : entries_) {
    if (skip == 0)
      write_entry(w, e);
    else
      --skip;
  }
  w.end_array().key("totals").begin_object();
  w.member("requests", totals_.requests).member("billed", totals_.billed).member("failed", totals_.failed);
  w.member("open", open_).member("client_gone", totals_.client_gone).member("events_sent", totals_.events);
  w.member("input_tokens", totals_.usage.input).member("cached_tokens", totals_.usage.cached);
  w.member("cache_write_tokens", totals_.usage.cache_written).member("output_tokens", totals_.usage.output);
  w.member("reasoning_tokens", totals_.usage.reasoning).end_object().end_object();
  return out;
}

}  // namespace fw::fake
