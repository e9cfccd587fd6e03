#include "cloud/aws/aws_profile.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "cloud/aws/aws_answer.h"
#include "cloud/aws/aws_chain.h"
#include "cloud/aws/aws_metadata.h"
#include "cloud/aws/aws_sts.h"
#include "wire/json.h"

namespace fw::cloud::aws {
namespace {

constexpr std::int64_t kDurationSecondsMin = 900;
constexpr std::int64_t kDurationSecondsMax = 43'200;

// Both files as they were found.
struct AwsFiles {
  AwsProfiles profiles;
  std::string where;  // for errors: "~/.aws/config (no such file), ~/.aws/credentials"
};

// A profile on its way to credentials: the files, and through which profiles the way led.
struct Way {
  std::shared_ptr<const AwsFiles> files;
  std::string name;
  std::vector<std::string> visited;
};

std::unexpected<Error> failed(std::string_view name, std::string message) {
  return std::unexpected(token_error(fmt::format("AWS profile '{}': {}", name, message)));
}

std::string value(const AwsProfile& profile, std::string_view name) {
  const auto found = profile.find(name);
  return found == profile.end() ? std::string() : found->second;
}

bool says(const AwsProfile& profile, std::string_view name) { return !value(profile, name).empty(); }

bool has_keys(const AwsProfile& profile) {
  return says(profile, "aws_access_key_id") || says(profile, "aws_secret_access_key");
}

// What would need a person or a program: found, so that the words can be plain.
std::string_view beyond_us(const AwsProfile& profile) {
  constexpr std::array<std::string_view, 5> kNames{"sso_session", "sso_start_url", "sso_account_id", "login_session",
                                                   "credential_process"};
  const auto found = std::ranges::find_if(kNames, [&](std::string_view name) { return says(profile, name); });
  return found == kNames.end() ? std::string_view() : *found;
}

bool says_credentials(const AwsProfile& profile) {
  return has_keys(profile) || says(profile, "role_arn") || says(profile, "web_identity_token_file") ||
         !beyond_us(profile).empty();
}

std::string home_path(const Surroundings& surroundings, std::string path) {
  if (!path.starts_with("~/")) return path;
  const auto home = variable(surroundings, "HOME");
  return home ? *home + path.substr(1) : std::string();
}

// Which file; empty: there is no home to look in.
std::string file_path(const Surroundings& surroundings, std::string_view name, std::string_view usual) {
  return home_path(surroundings, variable(surroundings, name).value_or(std::string(usual)));
}

Flow<std::shared_ptr<const AwsFiles>> read_files(Places places) {
  const Surroundings& from = places->surroundings;
  const std::array<std::string, 2> paths{file_path(from, "AWS_CONFIG_FILE", "~/.aws/config"),
                                         file_path(from, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")};
  std::array<std::string, 2> texts;
  std::string where;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (paths[i].empty()) continue;
    Ask question(ReadFile{paths[i]});
    Reply content = co_await question;
    if (!where.empty()) where += ", ";
    where += paths[i];
    if (content.status == 0) where.append(" (").append(content.failure).append(")");
    texts[i] = std::move(content.body);
  }
  if (where.empty()) where = "no file, for neither HOME nor AWS_CONFIG_FILE is set";
  AwsFiles files{read_profiles(texts[0], texts[1]), std::move(where)};
  co_return std::make_shared<const AwsFiles>(std::move(files));
}

Result<Credential> keys_of(std::string_view name, const AwsProfile& profile) {
  Credential made;
  made.access_key_id = value(profile, "aws_access_key_id");
  made.secret_access_key = value(profile, "aws_secret_access_key");
  made.session_token = value(profile, "aws_session_token");
  if (made.access_key_id.empty() || made.secret_access_key.empty())
    return failed(name, "found half a pair, expected aws_access_key_id and aws_secret_access_key");
  const bool visible = is_token_text(made.access_key_id) && is_token_text(made.secret_access_key) &&
                       (made.session_token.empty() || is_token_text(made.session_token));
  if (!visible) return failed(name, "found keys with other characters, expected visible ASCII");
  return made;
}

Result<AwsRole> role_of(std::string_view name, const AwsProfile& profile) {
  AwsRole role;
  role.arn = value(profile, "role_arn");
  role.external_id = value(profile, "external_id");
  if (says(profile, "role_session_name")) role.session_name = value(profile, "role_session_name");
  if (says(profile, "mfa_serial"))
    return failed(name, "found mfa_serial, which needs a person; expected a role without it");
  if (!says(profile, "duration_seconds")) return role;
  const auto seconds = wire::json_int(value(profile, "duration_seconds"));
  if (!seconds || *seconds < kDurationSecondsMin || *seconds > kDurationSecondsMax)
    return failed(name, "duration_seconds: expected a number from 900 to 43200");
  role.duration_s = static_cast<int>(*seconds);
  return role;
}

Flow<Credential> from_source(Places places, std::string name, std::string source, WallTime now) {
  if (source == "EcsContainer") {
    auto asking = container_credentials(places);
    co_return co_await asking;
  }
  if (source == "Ec2InstanceMetadata") {
    auto asking = instance_credentials(places);
    co_return co_await asking;
  }
  if (source != "Environment")
    co_return failed(name, "credential_source: expected Environment, Ec2InstanceMetadata or EcsContainer");
  auto keys = environment_keys(places->surroundings, now);
  if (!keys) co_return std::unexpected(keys.error());
  if (!*keys) co_return failed(name, "credential_source is Environment: found no AWS_ACCESS_KEY_ID");
  co_return **std::move(keys);
}

Flow<Credential> resolve(Places places, Way way, WallTime now);

// Of `source_profile` or `credential_source`.
Flow<Credential> base_of(Places places, Way way, AwsProfile profile, WallTime now) {
  const std::string source = value(profile, "source_profile");
  if (source.empty()) {
    auto asking = from_source(places, way.name, value(profile, "credential_source"), now);
    co_return co_await asking;
  }
  if (says(profile, "credential_source"))
    co_return failed(way.name, "found source_profile and credential_source, expected one of them");
  if (std::ranges::find(way.visited, source) != way.visited.end())
    co_return failed(way.name,
                     fmt::format("its source profiles go round in a circle: {}", fmt::join(way.visited, ", ")));
  way.visited.push_back(source);
  way.name = source;
  auto asking = resolve(places, std::move(way), now);
  co_return co_await asking;
}

Flow<Credential> by_role(Places places, Way way, AwsProfile profile, WallTime now) {
  const std::string name = way.name;
  const auto role = role_of(name, profile);
  if (!role) co_return std::unexpected(role.error());
  auto asking = base_of(places, std::move(way), std::move(profile), now);
  auto base = co_await asking;
  if (!base) co_return base;
  auto assuming = assume_role(places, *std::move(base), *role, now);
  co_return co_await assuming;
}

// The order of the SDKs: keys count before a role only in a profile that another one led to.
Flow<Credential> resolve(Places places, Way way, WallTime now) {
  const auto found = way.files->profiles.find(way.name);
  if (found == way.files->profiles.end()) co_return failed(way.name, fmt::format("not found in {}", way.files->where));
  const std::string name = way.name;
  const AwsProfile profile = found->second;
  const bool led_to = !way.visited.empty();
  const bool has_base = says(profile, "source_profile") || says(profile, "credential_source");
  if (led_to && has_keys(profile)) co_return keys_of(name, profile);
  if (says(profile, "role_arn") && has_base) {
    auto asking = by_role(places, std::move(way), profile, now);
    co_return co_await asking;
  }
  if (has_keys(profile)) co_return keys_of(name, profile);
  if (says(profile, "role_arn") && says(profile, "web_identity_token_file")) {
    auto role = role_of(name, profile);
    if (!role) co_return std::unexpected(role.error());
    auto asking = assume_role_with_web_identity(places, *role, value(profile, "web_identity_token_file"));
    co_return co_await asking;
  }
  if (led_to && says(profile, "credential_source")) {
    auto asking = from_source(places, name, value(profile, "credential_source"), now);
    co_return co_await asking;
  }
  if (const auto what = beyond_us(profile); !what.empty())
    co_return failed(
        name, fmt::format("found {}, which a server cannot follow; expected keys, a role or a web identity", what));
  co_return failed(name,
                   "found no credentials in it, expected keys, role_arn with source_profile or credential_source, "
                   "or role_arn with web_identity_token_file");
}

}  // namespace

Flow<Credential> profile_credentials(Places places, std::string name, WallTime now) {
  auto reading = read_files(places);
  const auto files = co_await reading;
  Way way{*files, std::move(name), {}};
  auto asking = resolve(places, std::move(way), now);
  co_return co_await asking;
}

Flow<std::optional<Credential>> default_profile(Places places, WallTime now) {
  const auto named = variable(places->surroundings, "AWS_PROFILE");
  auto reading = read_files(places);
  const auto files = co_await reading;
  Way way{*files, named.value_or("default"), {}};
  const auto found = way.files->profiles.find(way.name);
  const bool there = found != way.files->profiles.end();
  // A profile that only names a region says nothing about how to sign in.
  if (there ? !says_credentials(found->second) : !named) co_return std::optional<Credential>();
  auto asking = resolve(places, std::move(way), now);
  auto made = co_await asking;
  if (!made) co_return std::unexpected(made.error());
  std::optional<Credential> out(*std::move(made));
  co_return out;
}

}  // namespace fw::cloud::aws
