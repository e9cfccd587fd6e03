#include "config/rules.h"

#include <algorithm>

#include "base/date.h"
#include "base/money.h"
#include "base/time_zone.h"
#include "dialect/needs.h"
#include "ledger/tags.h"
#include "offer/scope.h"
#include "wire/cidr.h"

namespace fw::config {
namespace {

constexpr std::size_t kNameBytesMax = 128;
constexpr std::size_t kUpstreamModelBytesMax = 256;
constexpr std::size_t kTextBytesMax = 4096;

bool lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool visible_ascii(char c) { return c > ' ' && c < 0x7F; }

bool printable(std::string_view text, std::size_t max) {
  return !text.empty() && text.size() <= max && text.front() != ' ' && text.back() != ' ' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c == ' ' || visible_ascii(c); });
}

bool is_name(std::string_view text) { return printable(text, kNameBytesMax); }
bool is_upstream_model(std::string_view text) { return printable(text, kUpstreamModelBytesMax); }
bool is_plain(std::string_view text) { return printable(text, kTextBytesMax); }

// Any UTF-8 (the file was checked to be that), since a client may send any in JSON.
bool is_model_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytesMax &&
         std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; });
}

bool is_residency(std::string_view text) { return text == "any" || offer::is_scope(text); }

// RFC 9110 §5.1 `token`, in lower case; what the gateway sets itself is refused in check.cpp.
bool is_header_name(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && text.size() <= kNameBytesMax && std::all_of(text.begin(), text.end(), [&](char c) {
    return lower_or_digit(c) || (c >= 'A' && c <= 'Z') || kMarks.find(c) != kMarks.npos;
  });
}

bool is_path(std::string_view text) {
  return !text.empty() && text.size() <= kTextBytesMax && text.find('\0') == text.npos;
}

bool is_feature(std::string_view text) { return dialect::feature_of(text) != nullptr; }
bool is_price(std::string_view text) { return TokenPrice::parse_per_million(text).has_value(); }

// What is weighed by them stays far inside 64 bits.
std::size_t whole_digits(std::string_view text) { return text.substr(0, text.find('.')).size(); }
bool is_bid(std::string_view text) { return is_price(text) && whole_digits(text) <= 4; }
bool is_weight(std::string_view text) {
  const auto point = text.find('.');
  return Money::parse_usd(text) && text.front() != '-' && whole_digits(text) <= 4 && (point == text.npos || text.size() - point <= 4);
}
bool is_cidr(std::string_view text) { return wire::parse_cidr(text).has_value(); }
bool is_date(std::string_view text) { return parse_date(text).has_value(); }

bool is_tag(std::string_view text) {
  const auto sign = text.find('=');
  return sign != text.npos && ledger::is_tag_name(text.substr(0, sign)) && ledger::is_tag_value(text.substr(sign + 1));
}

// A whole number has at most nine digits: sums of many budgets stay far inside 128 bits.
bool is_amount(std::string_view text) {
  const auto amount = Money::parse_usd(text);
  return amount && *amount > Money() && text.substr(0, text.find('.')).size() <= 9;
}

}  // namespace

const Rule kName{is_name, "a name of 1 to 128 printable ASCII characters", "", "^[!-~]([ -~]{0,126}[!-~])?$"};
const Rule kModelName{is_model_name, "a model name of 1 to 128 bytes without control characters", "",
                      "^[^\\u0000-\\u001f\\u007f]{1,128}$"};
const Rule kUpstreamModel{is_upstream_model, "the cloud's name of the model, printable ASCII, at most 256 characters",
                          "", "^[!-~]([ -~]{0,254}[!-~])?$"};
const Rule kScope{offer::is_scope, "a scope: global, a geography such as eu, a region such as eu/sweden-central, or on-premises",
                  "lower case letters, digits and hyphens", "^[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)?$"};
const Rule kResidency{is_residency, "any, or scopes such as eu, eu/sweden-central or on-premises",
                      "lower case letters, digits and hyphens", "^[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)?$"};
const Rule kHeaderName{is_header_name, "the name of a header field", "letters, digits and hyphens, no colon",
                       "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$"};
const Rule kPath{is_path, "a path", "", "^.+$"};
const Rule kPrice{is_price, "USD per million tokens as a plain decimal such as \"2.50\"",
                  "digits, a point, at most nine decimals; no sign, no currency", "^[0-9]{1,18}(\\.[0-9]{1,9})?$"};
const Rule kFeature{is_feature, "vision, audio, files, tools, json_schema, json_mode, reasoning, logprobs, background, store, previous_response or hosted_tool", "",
                    "^[a-z_]+$"};
const Rule kAmount{is_amount, "an amount in USD above zero such as 100 or \"100.50\"",
                   "digits, a point, at most fifteen decimals; no sign, no currency; a key that may spend nothing is a key to remove",
                   "^[0-9]{1,9}(\\.[0-9]{1,15})?$"};
const Rule kBid{is_bid, "USD per million tokens of the pool as a plain decimal such as \"1.50\"", "at most 9999.999999999; no sign, no currency",
                "^[0-9]{1,4}(\\.[0-9]{1,9})?$"};
const Rule kWeight{is_weight, "how many uncached input tokens one counts as, such as 8 or \"0.1\"", "at most four digits, a point, at most three decimals; no sign",
                   "^[0-9]{1,4}(\\.[0-9]{1,3})?$"};
const Rule kCidr{is_cidr, "an IP address or a block such as 10.0.0.0/8 or 2001:db8::/32", "no bit may stand behind the length: 10.1.0.0/16, not 10.1.0.0/8", "^[0-9A-Fa-f:.]+(/[0-9]+)?$"};
const Rule kDate{is_date, "a day such as 2026-12-01 (00:00 UTC), or a time such as 2026-12-01T06:00:00Z", "", "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt].*)?$"};
const Rule kZone{TimeZone::is_name, "the name of a time zone such as Europe/Berlin", "", "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$"};
const Rule kTagName{ledger::is_tag_name, ledger::kTagNameWords, "", "^[a-z][a-z0-9_.-]{0,31}$"};
const Rule kTagValue{ledger::is_tag_value, ledger::kTagValueWords, "", "^[!#-+\\--<>-\\[\\]-~]([ !#-+\\--<>-\\[\\]-~]{0,62}[!#-+\\--<>-\\[\\]-~])?$"};
const Rule kTag{is_tag, "a tag such as project=x", "", "^[a-z][a-z0-9_.-]{0,31}=[!#-+\\--<>-\\[\\]-~]([ !#-+\\--<>-\\[\\]-~]{0,62}[!#-+\\--<>-\\[\\]-~])?$"};
const Rule kPlain{is_plain, "a text of printable ASCII characters", "", "^[!-~]([ -~]*[!-~])?$"};

}  // namespace fw::config
