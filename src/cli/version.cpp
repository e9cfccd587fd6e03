#include "cli/version.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/opensslv.h>

namespace fw::cli {

std::string version_text() {
  return fmt::format("fairway {}\ncompiler: {}\n{} (built with {})", FAIRWAY_VERSION, __VERSION__,
                     OpenSSL_version(OPENSSL_VERSION), OPENSSL_VERSION_STR);
}

}  // namespace fw::cli
