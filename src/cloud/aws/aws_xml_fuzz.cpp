// Answers of AWS's token service, and the shared files beside them: whatever the bytes, texts are found or not, and
// a document that was accepted is no longer one when its end is missing.
#include <cstdlib>
#include <string>
#include <string_view>

#include "cloud/aws/aws_profile.h"
#include "cloud/aws/aws_xml.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  const std::string in(reinterpret_cast<const char*>(bytes), size);
  const auto leaves = fw::cloud::aws::read_xml(in);
  if (leaves) {
    if (leaves->empty() || leaves->size() > 256) std::abort();
    for (const auto& leaf : *leaves)
      if (leaf.path.empty() || leaf.text.size() > size) std::abort();
    const auto end = in.rfind('>');
    if (end == std::string::npos) std::abort();
    // A comment may stand behind the document; only without one is the last '>' the root's.
    if (in.find("<!--") == std::string::npos && fw::cloud::aws::read_xml(in.substr(0, end))) std::abort();
  }
  const auto whole = fw::cloud::aws::read_profiles(in, "");
  for (const auto& [name, profile] : whole)
    if (name.empty() || profile.contains("")) std::abort();
  // Line ends of either kind are the same.
  std::string crlf;
  for (char c : in) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  if (fw::cloud::aws::read_profiles(crlf, "") != whole) std::abort();
  return 0;
}
