#pragma once

#include <cstdint>

namespace cpu {

// xorshift64*: what the bytes of a case do not say.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed * 0x9E37'79B9'7F4A'7C15 + 1) {}
  std::uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545'F491'4F6C'DD1D;
  }

 private:
  std::uint64_t state_;
};

}  // namespace cpu
