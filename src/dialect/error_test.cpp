#include "dialect/error.h"

#include <gtest/gtest.h>

namespace fw::dialect {
namespace {

TEST(ErrorJson, has_the_shape_of_openai) {
  EXPECT_EQ(error_json(client_error(Code::invalid_value, "'n' must be a positive whole number.", "n")),
            R"({"error":{"message":"'n' must be a positive whole number.","type":"invalid_request_error",)"
            R"("param":"n","code":"invalid_value"}})");
}

TEST(ErrorJson, says_null_where_there_is_no_param) {
  EXPECT_EQ(error_json(client_error(Code::invalid_api_key, "Unknown key.")),
            R"({"error":{"message":"Unknown key.","type":"invalid_request_error","param":null,)"
            R"("code":"invalid_api_key"}})");
}

TEST(ErrorJson, escapes_what_a_provider_said_and_names_the_request) {
  Error error{Code::all_deployments_failed, Origin::provider, Retry::never, "said \"no\"\n\x01", {}, 0};
  EXPECT_EQ(error_json(error, "req_1"),
            R"({"error":{"message":"said \"no\"\n\u0001","type":"server_error","param":null,)"
            R"("code":"all_deployments_failed","request_id":"req_1"}})");
}

}  // namespace
}  // namespace fw::dialect
