#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "offer/row.h"

namespace fw::cli {

namespace {

void add_catalogue(Command& offers, const char* name, const char* doc, int (*run)(const CatalogueOptions&)) {
  const auto options = std::make_shared<CatalogueOptions>();
  const auto format = std::make_shared<std::string>("table");
  offers.sub(name, doc)
      .option("files", options->files, "the catalogue's files", "FILE")
      .required()
      .option("--format", options->catalogue, "pydantic/genai-prices (data.json or a provider's YAML), or Portkey-AI/models (CLOUD.json)", "genai-prices|portkey")
      .required()
      .option("--date", options->date, "the catalogue's day; default: today", "DATE")
      .option("-c,--config", options->config, "the configuration whose offer books count too", "FILE")
      .option("--output", *format, "the form of the answer", kFormats)
      .runs([options, format, run] {
        options->format = format_of(*format);
        return run(*options);
      });
}

}  // namespace

void add_offers(Command& top) {
  const auto options = std::make_shared<OffersOptions>();
  const auto format = std::make_shared<std::string>("table");
  auto command = top.sub("offers", "print every hosting of a model: price, scope, features, evidence, known absences");
  command.option("model", options->model, "the model, or a cloud's word for it; default: all", "MODEL")
      .option("--at", options->at, "only what holds then: a day, or a time in RFC 3339; default: everything known", "DATE")
      .option("--cloud", options->cloud, "only what this cloud sells", fmt::format("{}", fmt::join(offer::cloud_words(), "|")))
      .option("-c,--config", options->config, "the configuration whose offer books count too", "FILE")
      .option("--output", *format, "the form of the answer", kFormats)
      .runs([options, format] {
        options->format = format_of(*format);
        return offers(*options);
      });
  add_catalogue(command, "import", "print a price catalogue of others as rows of an offer book", offers_import);
  add_catalogue(command, "compare", "print where a price catalogue of others and the book differ", offers_compare);
}

}  // namespace fw::cli
