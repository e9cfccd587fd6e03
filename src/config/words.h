// The words of the file for our enumerations, in the order in which they are listed to people.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "config/config.h"

namespace fw::config {

template <class Enum>
struct Words;

template <>
struct Words<LogLevel> {
  static constexpr std::array<std::pair<std::string_view, LogLevel>, 5> all{{{"error", LogLevel::error},
                                                                             {"warn", LogLevel::warn},
                                                                             {"info", LogLevel::info},
                                                                             {"debug", LogLevel::debug},
                                                                             {"trace", LogLevel::trace}}};
};
template <>
struct Words<LogFormat> {
  static constexpr std::array<std::pair<std::string_view, LogFormat>, 2> all{
      {{"json", LogFormat::json}, {"text", LogFormat::text}}};
};
template <>
struct Words<Role> {
  static constexpr std::array<std::pair<std::string_view, Role>, 3> all{
      {{"owner", Role::owner}, {"keys", Role::keys}, {"read", Role::read}}};
};
template <>
struct Words<AlertKind> {
  static constexpr std::array<std::pair<std::string_view, AlertKind>, 5> all{{{"budget", AlertKind::budget},
                                                                             {"price", AlertKind::price},
                                                                             {"ledger", AlertKind::ledger},
                                                                             {"deployment", AlertKind::deployment},
                                                                             {"sign_in", AlertKind::sign_in}}};
};
template <>
struct Words<cloud::OnCancel> {
  static constexpr std::array<std::pair<std::string_view, cloud::OnCancel>, 3> all{
      {{"drain", cloud::OnCancel::drain},
       {"estimate", cloud::OnCancel::estimate},
       {"unbilled", cloud::OnCancel::unbilled}}};
};
template <>
struct Words<dialect::Dialect> {
  static constexpr std::array<std::pair<std::string_view, dialect::Dialect>, 5> all{
      {{"chat", dialect::Dialect::chat},
       {"responses", dialect::Dialect::responses},
       {"converse", dialect::Dialect::converse},
       {"generate_content", dialect::Dialect::generate_content},
       {"messages", dialect::Dialect::messages}}};
};
template <>
struct Words<Prefer> {
  static constexpr std::array<std::pair<std::string_view, Prefer>, 7> all{{{"cost", Prefer::cost},
                                                                           {"speed", Prefer::speed},
                                                                           {"balanced", Prefer::balanced},
                                                                           {"cheapest", Prefer::cheapest},
                                                                           {"fastest", Prefer::fastest},
                                                                           {"ordered", Prefer::ordered},
                                                                           {"weighted", Prefer::weighted}}};
};
template <>
struct Words<Streamed> {
  static constexpr std::array<std::pair<std::string_view, Streamed>, 2> all{{{"true", Streamed::yes}, {"false", Streamed::no}}};
};
template <>
struct Words<dialect::Operation> {
  static constexpr std::array<std::pair<std::string_view, dialect::Operation>, 3> all{
      {{"chat", dialect::Operation::chat}, {"responses", dialect::Operation::responses}, {"embeddings", dialect::Operation::embeddings}}};
};
template <>
struct Words<route::Tier> {
  static constexpr std::array<std::pair<std::string_view, route::Tier>, 4> all{{{"standard", route::Tier::standard},
                                                                                {"flex", route::Tier::flex},
                                                                                {"priority", route::Tier::priority},
                                                                                {"batch", route::Tier::batch}}};
};
template <>
struct Words<Durability> {
  static constexpr std::array<std::pair<std::string_view, Durability>, 2> all{{{"grouped", Durability::grouped}, {"strict", Durability::strict}}};
};
template <>
struct Words<OnLedgerFailure> {
  static constexpr std::array<std::pair<std::string_view, OnLedgerFailure>, 2> all{
      {{"refuse", OnLedgerFailure::refuse}, {"serve-and-flag", OnLedgerFailure::serve_and_flag}}};
};
template <>
struct Words<UnknownPrice> {
  static constexpr std::array<std::pair<std::string_view, UnknownPrice>, 2> all{
      {{"refuse", UnknownPrice::refuse}, {"flag", UnknownPrice::flag}}};
};
template <>
struct Words<ledger::Window> {
  static constexpr std::array<std::pair<std::string_view, ledger::Window>, 5> all{{{"hour", ledger::Window::hour},
                                                                                    {"day", ledger::Window::day},
                                                                                    {"week", ledger::Window::week},
                                                                                    {"month", ledger::Window::month},
                                                                                    {"total", ledger::Window::total}}};
};
template <>
struct Words<Pacing> {
  static constexpr std::array<std::pair<std::string_view, Pacing>, 2> all{{{"off", Pacing::off}, {"soft", Pacing::soft}}};
};
template <>
struct Words<ledger::Draw> {
  static constexpr std::array<std::pair<std::string_view, ledger::Draw>, 2> all{{{"even", ledger::Draw::even}, {"soon", ledger::Draw::soon}}};
};
template <>
struct Words<Lossy> {
  static constexpr std::array<std::pair<std::string_view, Lossy>, 3> all{
      {{"hints", Lossy::hints}, {"refuse", Lossy::refuse}, {"allow", Lossy::allow}}};
};

// Empty for a value without a word of its own.
template <class Enum>
constexpr std::string_view word_of(Enum value) {
  for (const auto& [word, known] : Words<Enum>::all)
    if (known == value) return word;
  return {};
}

}  // namespace fw::config
