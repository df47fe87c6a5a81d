#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "cpu/cpu.h"

namespace cpu {

inline std::uint64_t bytes_left_in_page(std::uint64_t address) { return 0x1000 - (address & 0xFFF); }

// A storage operand of up to a page, all of which may be accessed: its bytes, wherever a page boundary lies in it.
class OperandBytes {
 public:
  static Access<OperandBytes> to_fetch(Cpu& cpu, Context space, std::uint64_t address, std::uint64_t length) {
    return make(cpu, space, address, length, &Cpu::host_fetch_in);
  }
  static Access<OperandBytes> to_store(Cpu& cpu, Context space, std::uint64_t address, std::uint64_t length) {
    return make(cpu, space, address, length, &Cpu::host_store_in);
  }
  OperandBytes() = default;

  std::uint8_t at(std::uint64_t i) const { return host_load<std::uint8_t>(place(i)); }
  void set(std::uint64_t i, unsigned byte) const { host_store(place(i), static_cast<std::uint8_t>(byte)); }

  // The operand without its first bytes.
  OperandBytes behind(std::uint64_t bytes) const {
    OperandBytes result = *this;
    if (bytes < front_length_) {
      result.front_ += bytes;
      result.front_length_ -= bytes;
    } else if (back_ != nullptr) {
      result.front_ = back_ + (bytes - front_length_);
      result.front_length_ = ~0ull;
      result.back_ = nullptr;
    }
    return result;
  }

  bool is_contiguous() const { return back_ == nullptr; }
  std::byte* data() const { return front_; }  // where it is contiguous

 private:
  std::byte* place(std::uint64_t i) const { return i < front_length_ ? front_ + i : back_ + (i - front_length_); }
  using Locate = Access<std::byte*> (Cpu::*)(Context, std::uint64_t, std::uint64_t);
  static Access<OperandBytes> make(Cpu& cpu, Context space, std::uint64_t address, std::uint64_t length, Locate locate) {
    OperandBytes result;
    result.front_length_ = std::min(length, bytes_left_in_page(address));
    const auto front = (cpu.*locate)(space, address, result.front_length_);
    if (!front) return Access<OperandBytes>::refused();
    result.front_ = front.value();
    if (result.front_length_ == length) return result;
    const auto back = (cpu.*locate)(space, cpu.wrap(address + result.front_length_), length - result.front_length_);
    if (!back) return Access<OperandBytes>::refused();
    result.back_ = back.value();
    return result;
  }

  std::byte* front_ = nullptr;
  std::byte* back_ = nullptr;
  std::uint64_t front_length_ = 0;
};

}  // namespace cpu
