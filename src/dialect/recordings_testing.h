// Real answers, as the fixtures of the clouds and the recordings of the fakes hold them.
#pragma once

#include <string>
#include <vector>

#include "dialect/dialect.h"

namespace fw::dialect::testing {

struct Recording {
  std::string name, bytes;
  Dialect dialect = Dialect::chat;
};

// In the order of their names: server-sent events, and answers in one piece; Chat or Responses.
std::vector<Recording> streams();
std::vector<Recording> bodies();

}  // namespace fw::dialect::testing
