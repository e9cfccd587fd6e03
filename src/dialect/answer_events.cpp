#include "dialect/answer_events.h"

namespace fw::dialect {

std::unique_ptr<AnswerDecoder> make_decoder(Dialect, RelayLimits) { return nullptr; }
std::unique_ptr<AnswerRenderer> make_renderer(Dialect, const inner::Request&, RenderOptions) { return nullptr; }
std::unique_ptr<StreamRelay> make_translating_relay(std::unique_ptr<AnswerDecoder>, std::unique_ptr<AnswerRenderer>) { return nullptr; }
Result<TranslatedAnswer> translate_answer(AnswerDecoder&, AnswerRenderer&, std::string_view, int) { return std::unexpected(client_error(Code::not_implemented, "")); }

}  // namespace fw::dialect
