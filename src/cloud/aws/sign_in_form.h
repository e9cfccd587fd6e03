// The `aws` form of a config: which source, and what it is to be told.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cloud/adapter.h"

namespace fw::cloud::aws {

struct AwsForm {
  enum class Kind : std::uint8_t { chain, container, imds, profile, web_identity, assume_role };
  Kind kind = Kind::chain;
  std::string profile;
  std::string role_arn;                 // web_identity, assume_role
  std::string token_file;               // web_identity
  std::string external_id;              // assume_role; empty: none
  std::shared_ptr<const AwsForm> from;  // assume_role
};

// True if the entry holds `name` or something below it.
bool holds(const ProviderSettings& settings, std::string_view name);

// The form that stands at `name`, such as "auth.aws". Errors are the operator's.
Result<AwsForm> read_aws_form(const ProviderSettings& settings, const std::string& name);

// "AWS default chain", "AWS role R, by AWS instance role (IMDSv2)".
std::string describe(const AwsForm& form);

// True where the default chain is what it comes down to.
bool is_default(const AwsForm& form);

}  // namespace fw::cloud::aws
