#include "demand.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>
#include <sstream>
#include <tuple>

namespace fw::routing {
namespace {

constexpr double kRequestsPerSecond = 20;  // at load 1, about
constexpr std::uint16_t kTenants = 20;
constexpr double kSpecial = 0.1;
constexpr double kCv = 1.5;  // of the gaps: the middle of ServeGen's clients, weighted by their load

std::vector<double> numbers(const std::string& line) {
  std::vector<double> out;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, ',');) out.push_back(std::strtod(cell.c_str(), nullptr));
  return out;
}

// Between the known quantiles the logarithm is a straight line.
std::uint32_t tokens(const std::array<double, 4>& known, double u) {
  constexpr std::array<double, 6> kAt{0, 0.1, 0.5, 0.9, 0.99, 1};
  const std::array<double, 6> value{std::max(1.0, known[0] / 2), std::max(1.0, known[0]), std::max(1.0, known[1]),
                                    std::max(1.0, known[2]),     std::max(1.0, known[3]), std::max(1.0, known[3] * 1.2)};
  std::size_t i = 0;
  while (i < 4 && u > kAt[i + 1]) ++i;
  const double part = (u - kAt[i]) / (kAt[i + 1] - kAt[i]);
  return static_cast<std::uint32_t>(value[i] * std::pow(value[i + 1] / value[i], part));
}

const Shape::Client& one_of(const Shape& shape, double u) {
  for (const auto& c : shape.clients)
    if ((u -= c.part) < 0) return c;
  return shape.clients.front();
}

void finish_trace(Shape& shape) {
  double sum = 0;
  std::erase_if(shape.rows, [](const auto& r) { return static_cast<double>(r.ms) >= kSeconds * 1e3; });
  for (const auto& r : shape.rows) sum += r.input + r.output;
  // Loads are quarters: four copies, or a multiple of four.
  const double copies = kRequestsPerSecond * kSeconds / static_cast<double>(shape.rows.size());
  shape.at_load_1 = 4 * std::max(1.0, std::round(copies / 4));
  shape.demand = sum * shape.at_load_1 / kSeconds;
}

void finish_service(Shape& shape) {
  double all = 0;
  for (const auto& c : shape.clients) all += c.part;
  for (auto& c : shape.clients) c.part /= all;
  shape.at_load_1 = kRequestsPerSecond;
  constexpr std::uint64_t kDraws = 20'000;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const auto& c = one_of(shape, luck(1, i, 1));
    shape.demand += (tokens(c.input, luck(1, i, 2)) + tokens(c.output, luck(1, i, 3))) * kRequestsPerSecond / kDraws;
  }
}

void overlay(const Shape& shape, double load, std::uint64_t seed, std::vector<Asked>& out) {
  const auto copies = static_cast<std::uint64_t>(std::lround(load * shape.at_load_1));
  for (std::uint64_t k = 0; k < copies; ++k) {
    const double shift = luck(seed, k, 201) * kSeconds;
    for (const auto& r : shape.rows) {
      const double t = std::fmod(static_cast<double>(r.ms) / 1e3 + shift, kSeconds);
      out.push_back({.at_ns = static_cast<std::int64_t>(t * 1e9), .id = 0, .input = r.input, .output = r.output, .tenant = 0, .special = false});
    }
  }
}

void serve(const Shape& shape, double load, std::uint64_t seed, std::vector<Asked>& out) {
  std::mt19937_64 random(seed);
  std::gamma_distribution<double> gap(1 / (kCv * kCv), kCv * kCv);  // of mean 1
  const double window = kSeconds / static_cast<double>(shape.rates.size());
  double t = 0;
  for (std::uint64_t i = 0;; ++i) {
    const auto at = std::min(shape.rates.size() - 1, static_cast<std::size_t>(t / window));
    t += gap(random) / (shape.rates[at] * load * kRequestsPerSecond);
    if (t >= kSeconds) return;
    const auto& c = one_of(shape, luck(seed, i, 202));
    out.push_back({.at_ns = static_cast<std::int64_t>(t * 1e9), .id = 0, .input = tokens(c.input, luck(seed, i, 203)),
                   .output = tokens(c.output, luck(seed, i, 204)), .tenant = 0, .special = false});
  }
}

}  // namespace

Shape read_shape(const std::string& path) {
  Shape shape;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const auto n = numbers(line);
    if (line.starts_with("rate,")) {
      shape.rates.push_back(n.at(1));
    } else if (line.starts_with("client,")) {
      shape.clients.push_back({.part = n.at(1), .input = {n.at(2), n.at(3), n.at(4), n.at(5)}, .output = {n.at(6), n.at(7), n.at(8), n.at(9)}});
    } else if (n.size() == 3) {
      shape.rows.push_back({.ms = static_cast<std::int64_t>(n[0]), .input = static_cast<std::uint32_t>(n[1]), .output = static_cast<std::uint32_t>(n[2])});
    }
  }
  if (!shape.rows.empty()) finish_trace(shape);
  if (!shape.clients.empty() && !shape.rates.empty()) finish_service(shape);
  return shape;
}

std::vector<Asked> draw(const Shape& shape, double load, std::uint64_t seed, double until_s) {
  std::vector<Asked> out;
  if (shape.rows.empty()) {
    serve(shape, load, seed, out);
  } else {
    overlay(shape, load, seed, out);
  }
  std::erase_if(out, [until_s](const auto& a) { return static_cast<double>(a.at_ns) >= until_s * 1e9; });
  std::ranges::sort(out, {}, [](const auto& a) { return std::tuple(a.at_ns, a.input, a.output); });
  for (std::uint32_t i = 0; i < out.size(); ++i) {
    out[i].id = i;
    out[i].tenant = static_cast<std::uint16_t>(luck(seed, i, 205) * kTenants);
    out[i].special = luck(seed, i, 206) < kSpecial;
  }
  return out;
}

}  // namespace fw::routing
