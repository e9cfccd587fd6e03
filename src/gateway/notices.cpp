#include "gateway/notices.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/date.h"
#include "gateway/core.h"
#include "wire/hash.h"
#include "wire/json_write.h"

namespace fw::gateway {
namespace {

bool wants(const config::Webhook& hook, config::AlertKind kind) {
  return hook.kinds.empty() || std::ranges::find(hook.kinds, kind) != hook.kinds.end();
}

// parse_url takes a last slash away, and receivers may tell it apart.
wire::Url url_of(const std::string& text) {
  auto url = wire::parse_url(text).value_or(wire::Url{});
  if (std::string_view(text).substr(0, text.find('?')).ends_with('/')) url.path += '/';
  return url;
}

}  // namespace

std::string notice_body(const Notice& notice) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("type", notice.type).member("timestamp", rfc3339_ms_text(notice.time));
  json.member("text", notice.text).key("data").raw(notice.data.empty() ? "{}" : notice.data).end_object();
  return body;
}

std::string notice_lines(const Notice& notice, std::string_view body, std::string_view key, WallTime now) {
  const auto seconds = now.seconds();
  auto lines = fmt::format("content-type: application/json\r\nuser-agent: fairway/{}\r\nwebhook-id: {}\r\nwebhook-timestamp: {}\r\n", FAIRWAY_VERSION, notice.id, seconds);
  if (key.empty()) return lines;
  const auto digest = wire::hmac_sha256(key, fmt::format("{}.{}.{}", notice.id, seconds, body));
  const std::string_view bytes(reinterpret_cast<const char*>(digest.data()), digest.size());
  return lines + fmt::format("webhook-signature: v1,{}\r\n", wire::base64(bytes));
}

Notices::Notices(Core& core) : core_(core) {
  for (const auto& hook : core.snapshot().config().alerts.webhooks)
    hooks_.push_back({.url = url_of(hook.url.reveal()), .key = config::webhook_key(hook.secret), .waiting = {}});
  core.counts.webhooks.resize(hooks_.size());
}

void Notices::tell(Notice notice) {
  if (notice.id.empty()) {
    notice.id = "msg_";
    core_.append_unique_id(notice.id);
  } else if (std::ranges::find(kept_, notice.id, &Notice::id) != kept_.end()) {
    return;
  }
  notice.time = core_.loop().wall();
  ++core_.counts.notices[static_cast<std::size_t>(notice.kind)];
  if (core_.shared().say) core_.shared().say(notice);
  for (std::size_t i = 0; i < hooks_.size(); ++i) {
    auto& hook = hooks_[i];
    if (!wants(core_.snapshot().config().alerts.webhooks[i], notice.kind)) continue;
    if (hook.waiting.size() >= kWaitingMax) {
      hook.waiting.erase(hook.waiting.begin() + 1);  // the first may be on its way
      ++core_.counts.webhooks[i].given_up;
    }
    hook.waiting.push_back(notice);
    if (!hook.sending) core_.loop().spawn(deliver(*this, i));
    hook.sending = true;
  }
  kept_.push_front(std::move(notice));
  if (kept_.size() > kKept) kept_.pop_back();
  for (std::size_t i = 0; i < hooks_.size(); ++i) core_.counts.webhooks[i].waiting = hooks_[i].waiting.size();
}

const std::vector<WebhookCounts>& Notices::deliveries() const { return core_.counts.webhooks; }

std::vector<Notice> Notices::newest(std::size_t limit) const {
  return {kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(std::min(limit, kept_.size()))};
}

net::Task<bool> Notices::send(Notices& self, std::size_t hook, const Notice& notice) {
  const auto& at = self.hooks_[hook];
  auto& counts = self.core_.counts.webhooks[hook];
  auto body = notice_body(notice);
  auto lines = notice_lines(notice, body, at.key, self.core_.loop().wall());
  const cloud::Question question = cloud::Fetch{.method = "POST", .url = at.url, .lines = std::move(lines), .body = std::move(body),
                                                .timeout_ms = self.core_.snapshot().config().alerts.webhooks[hook].timeout_ms};
  const auto reply = co_await answer_question(self.core_, question);
  const bool taken = reply.status >= 200 && reply.status < 300;
  ++(taken ? counts.delivered : counts.failed);
  counts.failure = taken ? "" : reply.status == 0 ? reply.failure : fmt::format("it answered {}", reply.status);
  co_return taken;
}

// One at a time and in order: what comes later waits until the first has arrived or is given up.
net::Task<void> Notices::deliver(Notices& self, std::size_t hook) {
  auto& waiting = self.hooks_[hook].waiting;
  while (!waiting.empty()) {
    const auto notice = waiting.front();
    bool taken = co_await send(self, hook, notice);
    for (std::size_t again = 0; !taken && again < kAgainMs.size(); ++again) {
      auto pause = self.core_.loop().sleep_until(self.core_.loop().now().plus_ms(kAgainMs[again]));
      co_await pause;
      taken = co_await send(self, hook, notice);
    }
    if (!taken) ++self.core_.counts.webhooks[hook].given_up;
    waiting.pop_front();
    self.core_.counts.webhooks[hook].waiting = waiting.size();
  }
  self.hooks_[hook].sending = false;
}

}  // namespace fw::gateway
