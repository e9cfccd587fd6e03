#include "fake/asked.h"

namespace fw::fake {

std::shared_ptr<const Asked> read_asked(std::shared_ptr<const Asked> last, Endpoint endpoint, bool model_in_path,
                                        const std::string& body) {
  if (last && !body.empty() && last->body == body && last->endpoint == endpoint && last->model_in_path == model_in_path)
    return last;
  auto asked = std::make_shared<Asked>();
  asked->endpoint = endpoint;
  asked->model_in_path = model_in_path;
  if (body.size() <= kAskedBytesMax) asked->body = body;
  asked->ask = read_ask(endpoint, asked->body.empty() ? body : asked->body, model_in_path);
  return asked;
}

}  // namespace fw::fake
