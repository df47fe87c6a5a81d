// Moving elements between registers: merge, pack, permute, select, unpack. PoP ch. 21.
#include <algorithm>
#include <limits>

#include "cpu/instruction.h"
#include "cpu/vector_elements.h"

namespace cpu {

using std::uint64_t;
using std::uint8_t;

namespace {

// Elements of V2 and V3 in turn, from number `first` on.
template <class T>
VectorRegister merge(const Elements<T>& left, const Elements<T>& right, unsigned first) {
  Elements<T> result;
  for (unsigned i = 0; i < result.count; i += 2) {
    result[i] = left[first + i / 2];
    result[i + 1] = right[first + i / 2];
  }
  return result;
}

// Element i of V2 followed by V3.
template <class T>
T of_both(const Elements<T>& left, const Elements<T>& right, unsigned i) {
  return i < left.count ? left[i] : right[i - left.count];
}

// Elements of type T made half as wide: f narrows one. Their number is the sum of those of V2 and V3.
template <class T, class F>
VectorRegister pack(const Elements<T>& left, const Elements<T>& right, F f) {
  Elements<Narrow<T>> result;
  for (unsigned i = 0; i < result.count; ++i) result[i] = f(of_both(left, right, i));
  return result;
}

// M5 bit 3 asks for the condition code: none, some or all of the elements were saturated.
template <class T>
void pack_saturated(Cpu& cpu, const Op& op) {
  using N = Narrow<T>;
  unsigned saturated = 0;
  const auto narrow = [&](T value) {
    const T clamped = std::clamp<T>(value, std::numeric_limits<N>::min(), std::numeric_limits<N>::max());
    saturated += clamped != value;
    return static_cast<N>(clamped);
  };
  cpu.vr(op.r1) = pack<T>(cpu.vr(op.r2), cpu.vr(op.r3), narrow);
  if (op.mask(5) & 1) cpu.cc = saturated == 0 ? 0 : saturated == Elements<N>::count ? 3 : 1;
}

// Half of the elements, from number `first` on, made twice as wide.
template <class T>
VectorRegister unpack(const Elements<T>& source, unsigned first) {
  Elements<Wide<T>> result;
  for (unsigned i = 0; i < result.count; ++i) result[i] = source[first + i];
  return result;
}

template <class T>
constexpr unsigned half = Elements<T>::count / 2;

}  // namespace

Z_INSTRUCTION(vector_merge_high) {
  return by_size<byte, doubleword>(cpu, op.mask(4), [&]<class T>() { cpu.vr(op.r1) = merge<T>(cpu.vr(op.r2), cpu.vr(op.r3), 0); });
}
Z_INSTRUCTION(vector_merge_low) {
  return by_size<byte, doubleword>(cpu, op.mask(4), [&]<class T>() { cpu.vr(op.r1) = merge<T>(cpu.vr(op.r2), cpu.vr(op.r3), half<T>); });
}

Z_INSTRUCTION(vector_pack) {
  return by_size<halfword, doubleword>(cpu, op.mask(4), [&]<class T>() {
    cpu.vr(op.r1) = pack<T>(cpu.vr(op.r2), cpu.vr(op.r3), [](T value) { return static_cast<Narrow<T>>(value); });
  });
}
Z_INSTRUCTION(vector_pack_saturate) {
  return by_size<halfword, doubleword>(cpu, op.mask(4), [&]<class T>() { pack_saturated<Signed<T>>(cpu, op); });
}
Z_INSTRUCTION(vector_pack_logical_saturate) {
  return by_size<halfword, doubleword>(cpu, op.mask(4), [&]<class T>() { pack_saturated<T>(cpu, op); });
}

Z_INSTRUCTION(vector_permute) {
  const Elements<uint8_t> left{cpu.vr(op.r2)}, right{cpu.vr(op.r3)}, places{cpu.vr(op.b1)};
  cpu.vr(op.r1) = map<uint8_t>([&](uint8_t place) { return of_both(left, right, place % 32U); }, places);
  return Step::next;
}
Z_INSTRUCTION(vector_permute_doubleword_immediate) {
  const VectorRegister left = cpu.vr(op.r2), right = cpu.vr(op.r3);
  cpu.vr(op.r1) = {op.mask(4) & 4 ? left.low : left.high, op.mask(4) & 1 ? right.low : right.high};
  return Step::next;
}
// Each byte of V3 names a bit of V2, the 16 found end the left half.
Z_INSTRUCTION(vector_bit_permute) {
  const Uint128 source = quadword_of(cpu.vr(op.r2));
  const Elements<uint8_t> places{cpu.vr(op.r3)};
  uint64_t bits = 0;
  for (unsigned i = 0; i < 16; ++i) bits = bits << 1 | (places[i] < 128 ? static_cast<uint64_t>(source >> (127 - places[i])) & 1 : 0);
  cpu.vr(op.r1) = {bits, 0};
  return Step::next;
}
Z_INSTRUCTION(vector_select) {
  const Uint128 from_second = quadword_of(cpu.vr(op.b1));
  cpu.vr(op.r1) = vector_of((quadword_of(cpu.vr(op.r2)) & from_second) | (quadword_of(cpu.vr(op.r3)) & ~from_second));
  return Step::next;
}

// The rightmost element of each doubleword.
Z_INSTRUCTION(vector_sign_extend_to_doubleword) {
  return by_size<byte, word>(cpu, op.mask(3), [&]<class T>() {
    const auto extend = [](uint64_t value) { return static_cast<uint64_t>(static_cast<std::int64_t>(static_cast<Signed<T>>(value))); };
    cpu.vr(op.r1) = {extend(cpu.vr(op.r2).high), extend(cpu.vr(op.r2).low)};
  });
}
Z_INSTRUCTION(vector_unpack_high) {
  return by_size<byte, word>(cpu, op.mask(3), [&]<class T>() { cpu.vr(op.r1) = unpack<Signed<T>>(cpu.vr(op.r2), 0); });
}
Z_INSTRUCTION(vector_unpack_low) {
  return by_size<byte, word>(cpu, op.mask(3), [&]<class T>() { cpu.vr(op.r1) = unpack<Signed<T>>(cpu.vr(op.r2), half<T>); });
}
Z_INSTRUCTION(vector_unpack_logical_high) {
  return by_size<byte, word>(cpu, op.mask(3), [&]<class T>() { cpu.vr(op.r1) = unpack<T>(cpu.vr(op.r2), 0); });
}
Z_INSTRUCTION(vector_unpack_logical_low) {
  return by_size<byte, word>(cpu, op.mask(3), [&]<class T>() { cpu.vr(op.r1) = unpack<T>(cpu.vr(op.r2), half<T>); });
}

}  // namespace cpu
