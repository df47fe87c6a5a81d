#pragma once

#include <array>
#include <cstddef>

#include "base/be.h"
#include "cpu/cpu.h"
#include "cpu/operand_bytes.h"

// Vector registers in storage: 16 bytes, the leftmost first.
namespace cpu {

using VectorBytes = std::array<std::byte, 16>;

inline VectorRegister vector_of(const VectorBytes& bytes) {
  return {z::Be<std::uint64_t>::load(bytes.data()), z::Be<std::uint64_t>::load(bytes.data() + 8)};
}
inline VectorBytes bytes_of(const VectorRegister& v) {
  VectorBytes bytes;
  z::Be<std::uint64_t>::store(bytes.data(), v.high);
  z::Be<std::uint64_t>::store(bytes.data() + 8, v.low);
  return bytes;
}

// A whole register. Each half is one access where it is aligned (PoP ch. 21, "Vector-Operand Consistency").
inline Access<VectorRegister> fetch_vector(Cpu& cpu, std::uint64_t address) {
  const auto high = cpu.fetch<std::uint64_t>(address);
  if (!high) return Access<VectorRegister>::refused();
  const auto low = cpu.fetch<std::uint64_t>(cpu.wrap(address + 8));
  if (!low) return Access<VectorRegister>::refused();
  return VectorRegister{high.value(), low.value()};
}
inline Access<> store_vector(Cpu& cpu, std::uint64_t address, const VectorRegister& v) {
  if (bytes_left_in_page(address) < sizeof(VectorBytes)) return cpu.store_bytes(address, bytes_of(v));
  const auto place = cpu.host_store(address, sizeof(VectorBytes));
  if (!place) return Access<>::refused();
  host_store(place.value(), v.high);
  host_store(place.value() + 8, v.low);
  return {};
}

}  // namespace cpu
