#include "cloud/adapter.h"

#include <array>

namespace fw::cloud {
namespace {

constexpr std::array<Dialect, 2> kOpenAi{Dialect::chat, Dialect::responses};

bool covers(std::string_view pattern, std::string_view model) {
  if (pattern.starts_with('*')) return model.find(pattern.substr(1)) != model.npos;
  return model.starts_with(pattern);
}

}  // namespace

std::span<const Dialect> Adapter::dialects(const Site&, std::string_view) const { return kOpenAi; }

void Adapter::authorize(const Site&, const Credential& credential, const ToSign&, std::string& lines) const {
  lines.append("authorization: Bearer ").append(credential.bearer).append("\r\n");
}

Result<void> Adapter::write_request(const Site&, Dialect upstream, const dialect::inner::Request& request,
                                    const dialect::inner::Target& target, std::string& out) const {
  if (upstream == Dialect::chat) return dialect::inner::write_chat_request(request, target, out);
  return dialect::inner::write_responses_request(request, target, out);
}

dialect::Fates fates(const Adapter& adapter, Dialect upstream, std::string_view model, bool translated) {
  dialect::Fates all;
  if (translated)
    for (const auto& row : dialect::inner::dialect_fates(upstream)) all.apply(row.need, row.fate);
  for (const auto& field : adapter.fields())
    if (field.upstream == upstream && covers(field.models, model)) all.apply(field.row.need, field.row.fate);
  return all;
}

}  // namespace fw::cloud
