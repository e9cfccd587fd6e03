// Questions to a running gateway's admin listener.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace fw::cli {

// How a command finds it: by the configuration it runs on, or by its address.
struct AdminPlace {
  std::string config;  // path of the file
  std::string url;     // instead; the token is then in FAIRWAY_ADMIN_TOKEN
};

struct AdminAnswer {
  int status = 0;
  std::string body;
};

// GET `target` ("/admin/v1/exchanges?limit=1"). Error: an exit status, after a complaint.
std::expected<AdminAnswer, int> ask_admin(const AdminPlace& place, const std::string& target);

// Another method, with a JSON body; empty: none.
std::expected<AdminAnswer, int> ask_admin(const AdminPlace& place, std::string_view method, const std::string& target, std::string_view body);

// What an answer that is no 200 says, for people.
std::string told(const AdminAnswer& answer);

}  // namespace fw::cli
