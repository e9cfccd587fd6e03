#include <memory>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/output.h"

namespace fw::cli {
namespace {

constexpr std::int64_t kRateMost = 1'000'000'000'000;
constexpr std::int64_t kConcurrentMost = 1'000'000;
constexpr std::int64_t kGraceMost = 30 * 86'400;
constexpr std::int64_t kActsMost = 1'000'000;

Command& place(Command& command, KeysPlace& to, std::string& form) {
  return command.option("-c,--config", to.config, "the configuration the gateway runs on", "FILE")
      .option("--admin", to.admin, "the admin listener to ask, with the token in FAIRWAY_ADMIN_TOKEN; instead of --config", "URL")
      .option("--output", form, "the form of the answer", kFormats);
}

// The fields that can be said of a key whenever.
Command& terms(Command& command, KeyTerms& t) {
  return command.option("--policy", t.policy, "its policy, instead of its tenant's", "NAME")
      .option("--model", t.models, "a model it may use; given again for each of several; all, unless given", "MODEL")
      .option("--endpoint", t.endpoints, "what it may be used for; given again for each of several; all, unless given", "chat|responses|embeddings")
      .option("--address", t.addresses, "an IP address or block its requests may come from; given again for each of several", "CIDR")
      .option("--team", t.team, "the team its requests are booked to", "NAME")
      .option("--tag", t.tags, "a tag that its requests are booked with; given again for each of several", "NAME=VALUE")
      .option("--expires", t.expires, "a day, or a time; refused from then on", "DATE")
      .option("--budget", t.budget, "its money limit", "USD")
      .option("--per", t.per, "when the budget begins anew; a month, unless given", "hour|day|week|month|total")
      .option("--requests-per-minute", t.requests_per_minute, "its rate", 1, kRateMost)
      .option("--tokens-per-minute", t.tokens_per_minute, "its rate", 1, kRateMost)
      .option("--concurrent", t.concurrent, "requests at one time", 1, kConcurrentMost);
}

void add_create(Command& keys) {
  const auto o = std::make_shared<KeysCreateOptions>();
  const auto form = std::make_shared<std::string>("table");
  auto command = keys.sub("create", "make a key and print it, once");
  place(command, o->place, *form)
      .option("--name", o->terms.name, "for records and metrics; unlike any other, revoked ones included", "NAME")
      .option("--tenant", o->terms.tenant, "the tenant it belongs to", "NAME");
  terms(command, o->terms)
      .option("--file", o->file, "a JSON object with the fields of an entry of `keys`, instead of the options; - is standard input", "FILE")
      .runs([o, form] {
        o->place.format = format_of(*form);
        return keys_create(*o);
      });
}

void add_update(Command& keys) {
  const auto o = std::make_shared<KeysUpdateOptions>();
  const auto form = std::make_shared<std::string>("table");
  auto command = keys.sub("update", "change a key's terms; what is not said stays");
  command.option("key", o->key, "its id, or its name", "KEY").required();
  place(command, o->place, *form);
  terms(command, o->terms)
      .option("--remove", o->removed, "a field that goes back to what is the case without it; given again for several", "models|policy|limits|expires|addresses|endpoints|team|tags")
      .option("--file", o->file, "a JSON merge patch (RFC 7396) of an entry of `keys`, instead of the options; - is standard input", "FILE")
      .runs([o, form] {
        o->place.format = format_of(*form);
        return keys_update(*o);
      });
}

void add_list(Command& keys) {
  const auto o = std::make_shared<KeysListOptions>();
  const auto form = std::make_shared<std::string>("table");
  auto command = keys.sub("list", "print the keys, those of the configuration first");
  place(command, o->place, *form)
      .option("--tenant", o->tenant, "only of this tenant", "NAME")
      .option("--name", o->name, "only the one of this name", "NAME")
      .option("--state", o->state, "only in this state", "active|disabled|expired|revoked|unusable")
      .runs([o, form] {
        o->place.format = format_of(*form);
        return keys_list(*o);
      });
}

void add_one(Command& keys, const std::string& name, const std::string& doc, int (*run)(const KeyOptions&)) {
  const auto o = std::make_shared<KeyOptions>();
  const auto form = std::make_shared<std::string>("table");
  auto command = keys.sub(name, doc);
  command.option("key", o->key, "its id, or its name", "KEY").required();
  if (name == "rotate") command.option("--grace", o->grace_s, "seconds for which the former secret is good; 0, unless given", 0, kGraceMost);
  place(command, o->place, *form).runs([o, form, run] {
    o->place.format = format_of(*form);
    return run(*o);
  });
}

void add_log(Command& keys) {
  const auto o = std::make_shared<KeysLogOptions>();
  const auto form = std::make_shared<std::string>("table");
  auto command = keys.sub("log", "print who did what to keys, newest first");
  place(command, o->place, *form)
      .option("--key", o->key, "only to this one: its id, or its name", "KEY")
      .option("--limit", o->limit, "at most so many; 100, unless given", 1, kActsMost)
      .runs([o, form] {
        o->place.format = format_of(*form);
        return keys_log(*o);
      });
}

}  // namespace

void add_keys(Command& top) {
  auto keys = top.sub("keys", "virtual keys of a running gateway: made, changed and revoked while it runs");
  add_create(keys);
  add_update(keys);
  add_list(keys);
  add_one(keys, "show", "print a key, but for its secret", keys_show);
  add_one(keys, "rotate", "give a key a new secret and print it, once", keys_rotate);
  add_one(keys, "disable", "have a key refused until it is enabled", keys_disable);
  add_one(keys, "enable", "have a disabled key accepted again", keys_enable);
  add_one(keys, "revoke", "have a key refused for good", keys_revoke);
  add_log(keys);
}

}  // namespace fw::cli
