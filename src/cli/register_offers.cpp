#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "offer/row.h"

namespace fw::cli {

void add_offers(Command& top) {
  const auto options = std::make_shared<OffersOptions>();
  const auto format = std::make_shared<std::string>("table");
  top.sub("offers", "print every hosting of a model: price, scope, features, evidence, known absences")
      .option("model", options->model, "the model, or a cloud's word for it; default: all", "MODEL")
      .option("--at", options->at, "only what holds then: a day, or a time in RFC 3339; default: everything known", "DATE")
      .option("--cloud", options->cloud, "only what this cloud sells", fmt::format("{}", fmt::join(offer::cloud_words(), "|")))
      .option("-c,--config", options->config, "the configuration whose offer books count too", "FILE")
      .option("--output", *format, "the form of the answer", kFormats)
      .runs([options, format] {
        options->format = format_of(*format);
        return offers(*options);
      });
}

}  // namespace fw::cli
