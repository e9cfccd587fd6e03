#include <memory>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/output.h"

namespace fw::cli {
namespace {

constexpr const char* kAdminDoc = "the admin listener to ask, with the token in FAIRWAY_ADMIN_TOKEN; instead of --config";

constexpr const char* kDataDirDoc = "read the books a gateway left here, without asking or changing anything; default: the configuration's, when nothing runs";

}  // namespace

void add_routing(Command& top) {
  const auto explained = std::make_shared<ExplainOptions>();
  const auto explain_format = std::make_shared<std::string>("table");
  top.sub("explain", "print every candidate of a request with price, service and compatibility, and why the winner won")
      .option("request_id", explained->request_id, "what the x-request-id header of the answer said", "REQUEST-ID")
      .required()
      .option("-c,--config", explained->config, "the configuration the gateway runs on", "FILE")
      .option("--admin", explained->admin, kAdminDoc, "URL")
      .option("--data-dir", explained->data_dir, kDataDirDoc, "DIR")
      .option("--output", *explain_format, "the form of the answer", "table|json")
      .runs([explained, explain_format] {
        explained->format = format_of(*explain_format);
        return explain(*explained);
      });
  const auto replayed = std::make_shared<ReplayOptions>();
  const auto replay_format = std::make_shared<std::string>("table");
  top.sub("replay", "decide recorded requests again from their records alone; any difference is a defect")
      .option("file", replayed->file, "records, as GET /admin/v1/decisions prints them or one per line; default: those of the running gateway", "FILE")
      .option("-c,--config", replayed->config, "the configuration the gateway runs on", "FILE")
      .option("--admin", replayed->admin, kAdminDoc, "URL")
      .option("--data-dir", replayed->data_dir, kDataDirDoc, "DIR")
      .option("--limit", replayed->limit, "so many of the running gateway's latest decisions", 1, 1'000)
      .option("--policy", replayed->policy_file, "a configuration by one of whose policies to decide instead; prints both side by side", "FILE")
      .option("--policy-name", replayed->policy, "which of them", "NAME")
      .option("--output", *replay_format, "the form of the answer", kFormats)
      .runs([replayed, replay_format] {
        replayed->format = format_of(*replay_format);
        return replay(*replayed);
      });
}

}  // namespace fw::cli
