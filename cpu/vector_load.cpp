// Loading vector registers: from storage, from general registers, from the instruction. PoP ch. 21.
#include <algorithm>

#include "cpu/instruction.h"
#include "cpu/vector_elements.h"
#include "cpu/vector_storage.h"

namespace cpu {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

namespace {

// One element, whose number is in M3, from storage or from the instruction.
template <class T>
Step load_element(Cpu& cpu, const Op& op) {
  if (op.mask(3) >= Elements<T>::count) return specification_exception(cpu);
  const T value = TRY(cpu.fetch<T>(cpu.operand2(op)));
  Elements<T> result{cpu.vr(op.r1)};
  result[op.mask(3)] = value;
  cpu.vr(op.r1) = result;
  return Step::next;
}
template <class T>
Step load_element_immediate(Cpu& cpu, const Op& op) {
  if (op.mask(3) >= Elements<T>::count) return specification_exception(cpu);
  Elements<T> result{cpu.vr(op.r1)};
  result[op.mask(3)] = static_cast<T>(op.d1);
  cpu.vr(op.r1) = result;
  return Step::next;
}

template <class T>
VectorRegister replicate(T value) {
  return map<T>([value](T) { return value; }, Elements<T>{});
}
template <class T>
Step load_and_replicate(Cpu& cpu, const Op& op) {
  cpu.vr(op.r1) = replicate(TRY(cpu.fetch<T>(cpu.operand2(op))));
  return Step::next;
}

// The element ends where the left half ends, zeros elsewhere.
template <class T>
Step load_logical_and_zero(Cpu& cpu, const Op& op) {
  cpu.vr(op.r1) = {TRY(cpu.fetch<T>(cpu.operand2(op))), 0};
  return Step::next;
}

// The index is an element of V2.
template <class T>
Step gather_element(Cpu& cpu, const Op& op) {
  if (op.mask(3) >= Elements<T>::count) return specification_exception(cpu);
  const T index = Elements<T>{cpu.vr(op.r2)}[op.mask(3)];
  const T value = TRY(cpu.fetch<T>(cpu.wrap(cpu.operand2_rs(op) + index)));
  Elements<T> result{cpu.vr(op.r1)};
  result[op.mask(3)] = value;
  cpu.vr(op.r1) = result;
  return Step::next;
}

// The first bytes of a vector, zeros behind them.
Step load_front(Cpu& cpu, const Op& op, uint64_t address, uint64_t length) {
  VectorBytes bytes{};
  TRY(cpu.fetch_bytes(address, std::span{bytes}.first(length)));
  cpu.vr(op.r1) = vector_of(bytes);
  return Step::next;
}

// LOAD COUNT TO BLOCK BOUNDARY, VECTOR LOAD TO BLOCK BOUNDARY: blocks of 64 bytes to 4 KiB, at most a vector of one.
constexpr unsigned last_block_size_code = 6;
uint64_t count_to_boundary(uint64_t address, unsigned block_size_code) {
  const uint64_t block = 64ULL << block_size_code;
  return std::min<uint64_t>(block - address % block, sizeof(VectorBytes));
}

}  // namespace

Z_INSTRUCTION(vector_load) {
  cpu.vr(op.r1) = TRY(fetch_vector(cpu, cpu.operand2(op)));
  return Step::next;
}
Z_INSTRUCTION(vector_load_register) {
  cpu.vr(op.r1) = cpu.vr(op.r2);
  return Step::next;
}
Z_INSTRUCTION(vector_load_element_8) { return load_element<uint8_t>(cpu, op); }
Z_INSTRUCTION(vector_load_element_16) { return load_element<uint16_t>(cpu, op); }
Z_INSTRUCTION(vector_load_element_32) { return load_element<uint32_t>(cpu, op); }
Z_INSTRUCTION(vector_load_element_64) { return load_element<uint64_t>(cpu, op); }
Z_INSTRUCTION(vector_load_element_immediate_8) { return load_element_immediate<uint8_t>(cpu, op); }
Z_INSTRUCTION(vector_load_element_immediate_16) { return load_element_immediate<uint16_t>(cpu, op); }
Z_INSTRUCTION(vector_load_element_immediate_32) { return load_element_immediate<uint32_t>(cpu, op); }
Z_INSTRUCTION(vector_load_element_immediate_64) { return load_element_immediate<uint64_t>(cpu, op); }

Z_INSTRUCTION(vector_load_and_replicate) {
  switch (op.mask(3)) {
    case byte: return load_and_replicate<uint8_t>(cpu, op);
    case halfword: return load_and_replicate<uint16_t>(cpu, op);
    case word: return load_and_replicate<uint32_t>(cpu, op);
    case doubleword: return load_and_replicate<uint64_t>(cpu, op);
    default: return specification_exception(cpu);
  }
}

Z_INSTRUCTION(vector_load_logical_element_and_zero) {
  constexpr unsigned word_left = 6;  // vector-enhancements facility 1: the leftmost element
  switch (op.mask(3)) {
    case byte: return load_logical_and_zero<uint8_t>(cpu, op);
    case halfword: return load_logical_and_zero<uint16_t>(cpu, op);
    case word: return load_logical_and_zero<uint32_t>(cpu, op);
    case doubleword: return load_logical_and_zero<uint64_t>(cpu, op);
    case word_left:
      cpu.vr(op.r1) = {uint64_t{TRY(cpu.fetch<uint32_t>(cpu.operand2(op)))} << 32, 0};
      return Step::next;
    default: return specification_exception(cpu);
  }
}

Z_INSTRUCTION(vector_gather_element_32) { return gather_element<uint32_t>(cpu, op); }
Z_INSTRUCTION(vector_gather_element_64) { return gather_element<uint64_t>(cpu, op); }

Z_INSTRUCTION(load_count_to_block_boundary) {
  if (op.r3 > last_block_size_code) return specification_exception(cpu);
  const uint64_t count = count_to_boundary(cpu.operand2(op), op.r3);
  cpu.set_gr32(op.r1, static_cast<uint32_t>(count));
  cpu.cc = count == sizeof(VectorBytes) ? 0 : 3;
  return Step::next;
}
// What lies behind the boundary is unpredictable, here zeros.
Z_INSTRUCTION(vector_load_to_block_boundary) {
  if (op.mask(3) > last_block_size_code) return specification_exception(cpu);
  const uint64_t address = cpu.operand2(op);
  return load_front(cpu, op, address, count_to_boundary(address, op.mask(3)));
}
// R3 has the number of the last byte.
Z_INSTRUCTION(vector_load_with_length) {
  const uint64_t length = std::min<uint64_t>(cpu.gr32(op.r3), sizeof(VectorBytes) - 1) + 1;
  return load_front(cpu, op, cpu.operand2_rs(op), length);
}

Z_INSTRUCTION(vector_load_multiple) {
  constexpr unsigned most = 16;
  if (op.r3 < op.r1 || op.r3 - op.r1 >= most) return specification_exception(cpu);
  const unsigned count = op.r3 - op.r1 + 1U;
  std::array<VectorBytes, most> images;
  TRY(cpu.fetch_bytes(cpu.operand2_rs(op), std::span{images[0].data(), count * sizeof(VectorBytes)}));
  for (unsigned i = 0; i < count; ++i) cpu.vr(op.r1 + i) = vector_of(images[i]);
  return Step::next;
}

// The element's number is the second-operand address; beyond the last one the result is unpredictable: here it wraps.
Z_INSTRUCTION(vector_load_gr_from_element) {
  return by_size<byte, doubleword>(cpu, op.mask(4), [&]<class T>() {
    cpu.gr(op.r1) = Elements<T>{cpu.vr(op.r3)}[cpu.operand2_rs(op) % Elements<T>::count];
  });
}
Z_INSTRUCTION(vector_load_element_from_gr) {
  return by_size<byte, doubleword>(cpu, op.mask(4), [&]<class T>() {
    Elements<T> result{cpu.vr(op.r1)};
    result[cpu.operand2_rs(op) % Elements<T>::count] = static_cast<T>(cpu.gr(op.r3));
    cpu.vr(op.r1) = result;
  });
}
Z_INSTRUCTION(vector_load_from_grs_disjoint) {
  cpu.vr(op.r1) = {cpu.gr(op.r2), cpu.gr(op.r3)};
  return Step::next;
}

Z_INSTRUCTION(vector_generate_byte_mask) {
  Elements<uint8_t> result;
  for (unsigned i = 0; i < 16; ++i) result[i] = truth<uint8_t>(op.d1 >> (15 - i) & 1);
  cpu.vr(op.r1) = result;
  return Step::next;
}
// Ones from bit I2 to bit I3 of each element, around its end if need be.
Z_INSTRUCTION(vector_generate_mask) {
  return by_size<byte, doubleword>(cpu, op.mask(4), [&]<class T>() {
    constexpr T ones = static_cast<T>(-1);
    const unsigned first = op.d1 % bits_of<T>, last = op.d2 % bits_of<T>;
    const T from_first = ones >> first, to_last = static_cast<T>(ones << (bits_of<T> - 1 - last));
    cpu.vr(op.r1) = replicate<T>(first <= last ? from_first & to_last : from_first | to_last);
  });
}
Z_INSTRUCTION(vector_replicate) {
  const auto element = static_cast<unsigned>(op.d1);
  if (element >= sizeof(VectorBytes) >> op.mask(4)) return specification_exception(cpu);
  return by_size<byte, doubleword>(cpu, op.mask(4), [&]<class T>() { cpu.vr(op.r1) = replicate(Elements<T>{cpu.vr(op.r2)}[element]); });
}
Z_INSTRUCTION(vector_replicate_immediate) {
  return by_size<byte, doubleword>(cpu, op.mask(3), [&]<class T>() { cpu.vr(op.r1) = replicate(static_cast<T>(op.d1)); });
}

}  // namespace cpu
