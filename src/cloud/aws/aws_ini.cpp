#include <algorithm>

#include "cloud/aws/aws_answer.h"
#include "cloud/aws/aws_profile.h"

namespace fw::cloud::aws {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// A '#' or ';' counts at the start of a line or after a blank.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i)
    if ((line[i] == '#' || line[i] == ';') && (i == 0 || is_blank(line[i - 1]))) return line.substr(0, i);
  return line;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string unquoted(std::string text) {
  const bool quoted = text.size() >= 2 && (text[0] == '"' || text[0] == '\'') && text.back() == text[0];
  return quoted ? text.substr(1, text.size() - 2) : text;
}

// The profile a section is about; empty: about none.
std::string profile_of(std::string_view section, bool credentials) {
  if (credentials || section == "default") return std::string(section);
  constexpr std::string_view kWord = "profile";
  if (!section.starts_with(kWord) || section.size() == kWord.size() || !is_blank(section[kWord.size()])) return {};
  return unquoted(trimmed(section.substr(kWord.size())));
}

class IniReader {
 public:
  IniReader(AwsProfiles& out, bool credentials) : out_(out), credentials_(credentials) {}

  void line(std::string_view raw) {
    const std::string text = trimmed(without_comment(raw));
    if (text.empty()) return;
    if (text.starts_with('[')) return section(text);
    const std::size_t equals = text.find('=');
    if (!profile_ || equals == 0 || equals == std::string::npos) return;
    const bool indented = is_blank(raw[0]);
    if (!indented) group_.clear();
    std::string name = lower(trimmed(std::string_view(text).substr(0, equals)));
    std::string value = trimmed(std::string_view(text).substr(equals + 1));
    if (value.empty() && !indented) {
      group_ = name;
    } else if (group_.empty()) {
      (*profile_)[std::move(name)] = std::move(value);
    }
  }

 private:
  void section(const std::string& text) {
    group_.clear();
    profile_ = nullptr;
    if (!text.ends_with(']')) return;
    const std::string name = profile_of(trimmed(std::string_view(text).substr(1, text.size() - 2)), credentials_);
    if (!name.empty()) profile_ = &out_[name];
  }

  AwsProfiles& out_;
  bool credentials_;
  AwsProfile* profile_ = nullptr;
  std::string group_;  // indented lines below "s3 =" are its own, not the profile's
};

void read_file(AwsProfiles& out, std::string_view text, bool credentials) {
  IniReader reader(out, credentials);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    reader.line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

AwsProfiles read_profiles(std::string_view config_file, std::string_view credentials_file) {
  AwsProfiles out;
  read_file(out, config_file, false);
  read_file(out, credentials_file, true);
  return out;
}

}  // namespace fw::cloud::aws
