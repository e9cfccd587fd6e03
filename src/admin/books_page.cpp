#include "admin/pages.h"
#include "wire/json_write.h"

namespace fw::admin {

std::string books_page(const std::string& data_dir, const store::Journal* journal) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().key("data_dir");
  if (!journal) {
    json.null().member("ok", true).key("journal").null().end_object();
    return out;
  }
  const auto condition = journal->condition();
  const auto n = journal->counts();
  json.string(data_dir).member("ok", condition.ok()).key("trouble");
  if (condition.ok()) json.null();
  else json.string(condition.words());
  json.key("since");
  if (condition.ok()) json.null();
  else json.string(rfc3339(condition.since));
  const auto count = [&json](std::string_view key, std::uint64_t value) { json.member(key, static_cast<std::int64_t>(value)); };
  json.key("journal").begin_object();
  count("records", n.appended);
  count("bytes", n.appended_bytes);
  count("refused", n.refused);
  count("unsynced", n.unsynced);
  count("syncs", n.syncs);
  count("sync_failures", n.sync_failures);
  count("segments", n.segments);
  count("segments_retired", n.retired);
  json.member("last_sync_us", n.last_sync_us).member("slowest_sync_us", n.slowest_sync_us).end_object().end_object();
  return out;
}

}  // namespace fw::admin
