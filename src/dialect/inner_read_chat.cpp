#include "dialect/inner.h"

namespace fw::dialect::inner {

Result<void> read_chat_request(std::string_view, Request&) { return std::unexpected(client_error(Code::not_implemented, "")); }
Result<void> read_responses_request(std::string_view, Request&) { return std::unexpected(client_error(Code::not_implemented, "")); }
Result<void> read_request(Operation, std::string_view, Request&) { return std::unexpected(client_error(Code::not_implemented, "")); }
Result<void> write_chat_request(const Request&, const Target&, std::string&) { return std::unexpected(client_error(Code::not_implemented, "")); }
Result<void> write_responses_request(const Request&, const Target&, std::string&) { return std::unexpected(client_error(Code::not_implemented, "")); }
std::span<const FateRow> dialect_fates(Dialect) { return {}; }

}  // namespace fw::dialect::inner
