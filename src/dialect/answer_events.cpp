#include "dialect/answer_events.h"

#include "dialect/event_decoder.h"
#include "dialect/render_parts.h"

namespace fw::dialect {

std::unique_ptr<AnswerDecoder> make_decoder(Dialect upstream, RelayLimits limits) {
  if (upstream == Dialect::chat) return make_chat_decoder(limits);
  if (upstream == Dialect::responses) return make_responses_decoder(limits);
  return nullptr;
}

std::unique_ptr<AnswerRenderer> make_renderer(Dialect client, const inner::Request& request, RenderOptions options) {
  if (client == Dialect::chat) return make_chat_renderer(std::move(options));
  if (client == Dialect::responses) return make_responses_renderer(request, std::move(options));
  return nullptr;
}

}  // namespace fw::dialect
