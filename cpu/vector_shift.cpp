// Vector shifts and rotations: of each element, and of whole registers. PoP ch. 22.
#include <bit>

#include "cpu/instruction.h"
#include "cpu/vector_elements.h"

namespace cpu {

using std::uint16_t;
using std::uint64_t;
using std::uint8_t;

namespace {

constexpr auto shift_left = [](auto a, unsigned n) { return a << n; };
constexpr auto shift_right = [](auto a, unsigned n) { return a >> n; };
constexpr auto shift_right_arithmetic = [](auto a, unsigned n) { return static_cast<Signed<decltype(a)>>(a) >> n; };
constexpr auto rotate_left = [](auto a, unsigned n) { return std::rotl(a, static_cast<int>(n)); };

// V1 = V3 by the second-operand address, modulo the size of an element. The field named V3 stands second.
template <class F>
Step by_address(Cpu& cpu, const Op& op, F f) {
  return by_size<byte, doubleword>(cpu, op.mask(4), [&]<class T>() {
    const auto n = static_cast<unsigned>(cpu.operand2_rs(op) % bits_of<T>);
    cpu.vr(op.r1) = map<T>([&](T a) { return f(a, n); }, Elements<T>{cpu.vr(op.r3)});
  });
}
// V1 = V2 by the elements of V3.
template <class F>
Step by_elements(Cpu& cpu, const Op& op, F f) {
  return binary<byte, doubleword>(cpu, op, [&](auto a, auto b) { return f(a, static_cast<unsigned>(b % bits_of<decltype(a)>)); });
}

// V1 = V2 by 0-7 bits. Each byte of V3 says by how many its byte of the result was shifted; before vector-enhancements
// facility 2 they all had to say the same.
Step shift_bits_left(Cpu& cpu, const Op& op) {
  const Elements<uint8_t> source{cpu.vr(op.r2)}, amounts{cpu.vr(op.r3)};
  Elements<uint8_t> result;
  for (unsigned i = 0; i < 16; ++i) {
    const unsigned pair = source[i] << 8 | (i < 15 ? source[i + 1] : 0);
    result[i] = static_cast<uint8_t>(pair << (amounts[i] & 7) >> 8);
  }
  cpu.vr(op.r1) = result;
  return Step::next;
}
Step shift_bits_right(Cpu& cpu, const Op& op, unsigned fill) {
  const Elements<uint8_t> source{cpu.vr(op.r2)}, amounts{cpu.vr(op.r3)};
  Elements<uint8_t> result;
  for (unsigned i = 0; i < 16; ++i) {
    const unsigned pair = (i > 0 ? source[i - 1] : fill) << 8 | source[i];
    result[i] = static_cast<uint8_t>(pair >> (amounts[i] & 7));
  }
  cpu.vr(op.r1) = result;
  return Step::next;
}
unsigned sign_fill(const VectorRegister& v) { return v.high >> 63 ? 0xFF : 0; }

// Byte shifts: the bits of a number of bytes are in bits 1-4 of byte 7 of V3.
unsigned bits_of_byte_shift(const VectorRegister& v) { return v.high & 0x78; }

// `n` bits, fewer than 128, out of V2 followed by V3.
Uint128 from_pair(Uint128 left, Uint128 right, unsigned n) { return n == 0 ? left : left << n | right >> (128 - n); }

}  // namespace

Z_INSTRUCTION(vector_element_shift_left) { return by_address(cpu, op, shift_left); }
Z_INSTRUCTION(vector_element_shift_right_logical) { return by_address(cpu, op, shift_right); }
Z_INSTRUCTION(vector_element_shift_right_arithmetic) { return by_address(cpu, op, shift_right_arithmetic); }
Z_INSTRUCTION(vector_element_rotate_left_logical) { return by_address(cpu, op, rotate_left); }
Z_INSTRUCTION(vector_element_shift_left_vector) { return by_elements(cpu, op, shift_left); }
Z_INSTRUCTION(vector_element_shift_right_logical_vector) { return by_elements(cpu, op, shift_right); }
Z_INSTRUCTION(vector_element_shift_right_arithmetic_vector) { return by_elements(cpu, op, shift_right_arithmetic); }
Z_INSTRUCTION(vector_element_rotate_left_logical_vector) { return by_elements(cpu, op, rotate_left); }

// Bits of V1 where V3 has ones become those of V2 rotated by I4.
Z_INSTRUCTION(vector_element_rotate_and_insert_under_mask) {
  return by_size<byte, doubleword>(cpu, op.mask(5), [&]<class T>() {
    const auto insert = [n = op.d1](T old, T source, T mask) { return (old & ~mask) | (std::rotl(source, n) & mask); };
    cpu.vr(op.r1) = map<T>(insert, Elements<T>{cpu.vr(op.r1)}, Elements<T>{cpu.vr(op.r2)}, Elements<T>{cpu.vr(op.r3)});
  });
}

Z_INSTRUCTION(vector_shift_left) { return shift_bits_left(cpu, op); }
Z_INSTRUCTION(vector_shift_right_logical) { return shift_bits_right(cpu, op, 0); }
Z_INSTRUCTION(vector_shift_right_arithmetic) { return shift_bits_right(cpu, op, sign_fill(cpu.vr(op.r2))); }
Z_INSTRUCTION(vector_shift_left_by_byte) {
  cpu.vr(op.r1) = vector_of(quadword_of(cpu.vr(op.r2)) << bits_of_byte_shift(cpu.vr(op.r3)));
  return Step::next;
}
Z_INSTRUCTION(vector_shift_right_logical_by_byte) {
  cpu.vr(op.r1) = vector_of(quadword_of(cpu.vr(op.r2)) >> bits_of_byte_shift(cpu.vr(op.r3)));
  return Step::next;
}
Z_INSTRUCTION(vector_shift_right_arithmetic_by_byte) {
  const auto source = static_cast<__int128>(quadword_of(cpu.vr(op.r2)));
  cpu.vr(op.r1) = vector_of(static_cast<Uint128>(source >> bits_of_byte_shift(cpu.vr(op.r3))));
  return Step::next;
}

Z_INSTRUCTION(vector_shift_left_double_by_byte) {
  if (op.d1 > 15) return specification_exception(cpu);
  cpu.vr(op.r1) = vector_of(from_pair(quadword_of(cpu.vr(op.r2)), quadword_of(cpu.vr(op.r3)), 8 * static_cast<unsigned>(op.d1)));
  return Step::next;
}
Z_INSTRUCTION(vector_shift_left_double_by_bit) {
  if (op.d1 > 7) return specification_exception(cpu);
  cpu.vr(op.r1) = vector_of(from_pair(quadword_of(cpu.vr(op.r2)), quadword_of(cpu.vr(op.r3)), static_cast<unsigned>(op.d1)));
  return Step::next;
}
// The rightmost 128 bits are left over.
Z_INSTRUCTION(vector_shift_right_double_by_bit) {
  if (op.d1 > 7) return specification_exception(cpu);
  const Uint128 left = quadword_of(cpu.vr(op.r2)), right = quadword_of(cpu.vr(op.r3));
  cpu.vr(op.r1) = vector_of(op.d1 == 0 ? right : from_pair(left, right, 128 - static_cast<unsigned>(op.d1)));
  return Step::next;
}

}  // namespace cpu
