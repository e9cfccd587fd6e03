// Numbers that are drawn: the same for the same seed on every machine, whatever else was drawn before.
#pragma once

#include <cstdint>

namespace fw::plan::sim {

// Splitmix64's last step.
constexpr std::uint64_t mixed(std::uint64_t v) {
  v += 0x9e3779b97f4a7c15;
  v = (v ^ (v >> 30)) * 0xbf58476d1ce4e5b9;
  v = (v ^ (v >> 27)) * 0x94d049bb133111eb;
  return v ^ (v >> 31);
}

// Uniform in (0, 1), of bits.
constexpr double unit(std::uint64_t bits) { return (static_cast<double>(bits >> 11) + 0.5) / 9007199254740992.0; }

// Uniform in (0, 1), from a seed and two numbers.
constexpr double luck(std::uint64_t seed, std::uint64_t a, std::uint64_t b) { return unit(mixed(mixed(mixed(seed) ^ a) ^ (b << 40))); }

}  // namespace fw::plan::sim
