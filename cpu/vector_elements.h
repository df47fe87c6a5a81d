#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "cpu/cpu.h"
#include "cpu/host_access.h"
#include "cpu/op.h"

// Vector registers as elements, and the forms that most vector instructions have: a result element of each pair of operand
// elements. PoP ch. 21, "Vector-Register Operands".
namespace cpu {

// The element sizes by their code in a mask field, which is the logarithm of the bytes.
enum ElementSize : unsigned { byte, halfword, word, doubleword, quadword };

// Element 0 is the leftmost; on the little-endian host it comes last.
template <class T>
class Elements {
 public:
  static constexpr unsigned count = 16 / sizeof(T);
  Elements() = default;
  Elements(const VectorRegister& from) : places_(std::bit_cast<Places>(from)) {}
  operator VectorRegister() const { return std::bit_cast<VectorRegister>(places_); }

  T operator[](unsigned i) const { return places_[count - 1 - i]; }
  T& operator[](unsigned i) { return places_[count - 1 - i]; }

 private:
  using Places = std::array<T, count>;
  alignas(16) Places places_{};
};

inline Uint128 quadword_of(const VectorRegister& v) { return std::bit_cast<Uint128>(v); }
inline VectorRegister vector_of(Uint128 value) { return std::bit_cast<VectorRegister>(value); }

template <unsigned bytes>
struct IntegerOf;
template <> struct IntegerOf<1> { using Unsigned = std::uint8_t; using Signed = std::int8_t; };
template <> struct IntegerOf<2> { using Unsigned = std::uint16_t; using Signed = std::int16_t; };
template <> struct IntegerOf<4> { using Unsigned = std::uint32_t; using Signed = std::int32_t; };
template <> struct IntegerOf<8> { using Unsigned = std::uint64_t; using Signed = std::int64_t; };
template <> struct IntegerOf<16> { using Unsigned = Uint128; using Signed = __int128; };

template <class T>
using Unsigned = typename IntegerOf<sizeof(T)>::Unsigned;
template <class T>
using Signed = typename IntegerOf<sizeof(T)>::Signed;
template <class T>
constexpr bool is_signed = T(-1) < T(0);
// Twice and half as wide, signed as T is.
template <class T>
using Wide = std::conditional_t<is_signed<T>, typename IntegerOf<2 * sizeof(T)>::Signed, typename IntegerOf<2 * sizeof(T)>::Unsigned>;
template <class T>
using Narrow = std::conditional_t<is_signed<T>, typename IntegerOf<sizeof(T) / 2>::Signed, typename IntegerOf<sizeof(T) / 2>::Unsigned>;
template <class T>
constexpr unsigned bits_of = 8 * sizeof(T);

inline Step specification_exception(Cpu& cpu) { return cpu.program_interruption(Pic::specification); }

// Calls f<T>() with the unsigned type of an element-size control's code; codes outside of first to last are reserved.
template <ElementSize first, ElementSize last, class F>
Step by_size(Cpu& cpu, unsigned code, F f) {
  const auto call = [&]<ElementSize size>() {
    if constexpr (first <= size && size <= last) f.template operator()<typename IntegerOf<1U << size>::Unsigned>();
  };
  if (code < first || code > last) return specification_exception(cpu);
  switch (code) {
    case byte: call.template operator()<byte>(); break;
    case halfword: call.template operator()<halfword>(); break;
    case word: call.template operator()<word>(); break;
    case doubleword: call.template operator()<doubleword>(); break;
    default: call.template operator()<quadword>(); break;
  }
  return Step::next;
}

// The elements f(a(i), b(i), ...).
template <class T, class F, class... Operands>
Elements<T> map(F f, const Operands&... operands) {
  Elements<T> result;
  for (unsigned i = 0; i < Elements<T>::count; ++i) result[i] = static_cast<T>(f(operands[i]...));
  return result;
}

// V1 = f(V2) for each element; the size is in M3.
template <ElementSize first, ElementSize last, class F>
Step unary(Cpu& cpu, const Op& op, F f) {
  return by_size<first, last>(cpu, op.mask(3), [&]<class T>() { cpu.vr(op.r1) = map<T>(f, Elements<T>{cpu.vr(op.r2)}); });
}

// V1 = f(V2, V3) for each element, unsigned or signed; the size is in M4.
template <ElementSize first, ElementSize last, class F>
Step binary(Cpu& cpu, const Op& op, F f) {
  return by_size<first, last>(cpu, op.mask(4), [&]<class T>() {
    cpu.vr(op.r1) = map<T>(f, Elements<T>{cpu.vr(op.r2)}, Elements<T>{cpu.vr(op.r3)});
  });
}
template <ElementSize first, ElementSize last, class F>
Step binary_signed(Cpu& cpu, const Op& op, F f) {
  return by_size<first, last>(cpu, op.mask(4), [&]<class T>() {
    using S = Signed<T>;
    cpu.vr(op.r1) = map<S>(f, Elements<S>{cpu.vr(op.r2)}, Elements<S>{cpu.vr(op.r3)});
  });
}

// V1 = f(V2, V3, V4) for each element; the size is in M5. V4 is in b1.
template <ElementSize first, ElementSize last, class F>
Step ternary(Cpu& cpu, const Op& op, F f) {
  return by_size<first, last>(cpu, op.mask(5), [&]<class T>() {
    cpu.vr(op.r1) = map<T>(f, Elements<T>{cpu.vr(op.r2)}, Elements<T>{cpu.vr(op.r3)}, Elements<T>{cpu.vr(op.b1)});
  });
}
template <ElementSize first, ElementSize last, class F>
Step ternary_signed(Cpu& cpu, const Op& op, F f) {
  return by_size<first, last>(cpu, op.mask(5), [&]<class T>() {
    using S = Signed<T>;
    cpu.vr(op.r1) = map<S>(f, Elements<S>{cpu.vr(op.r2)}, Elements<S>{cpu.vr(op.r3)}, Elements<S>{cpu.vr(op.b1)});
  });
}

// All ones or all zeros: how comparisons answer.
template <class T>
constexpr T truth(bool is_true) { return static_cast<T>(is_true ? -1 : 0); }

}  // namespace cpu
