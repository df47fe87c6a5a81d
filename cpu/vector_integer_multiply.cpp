// Vector integer products: low and high halves, whole ones of even and odd elements, with and without a sum; products over the
// Galois field of two elements. PoP ch. 22.
#include "cpu/instruction.h"
#include "cpu/vector_elements.h"

namespace cpu {

using std::uint64_t;

namespace {

template <class T>
constexpr Wide<T> product(T a, T b) { return static_cast<Wide<T>>(static_cast<Wide<T>>(a) * b); }

constexpr auto low_product = [](auto a, auto b) { return product(a, b); };
constexpr auto high_product = [](auto a, auto b) { return product(a, b) >> bits_of<decltype(a)>; };
constexpr auto low_sum = [](auto a, auto b, auto c) { return static_cast<Wide<decltype(a)>>(product(a, b) + c); };
constexpr auto high_sum = [](auto a, auto b, auto c) { return (product(a, b) + c) >> bits_of<decltype(a)>; };

// Which element of each pair.
enum Parity : unsigned { even, odd };

template <Parity parity, class T>
Elements<Unsigned<Wide<T>>> products(const Elements<T>& a, const Elements<T>& b) {
  Elements<Unsigned<Wide<T>>> result;
  for (unsigned i = 0; i < result.count; ++i) result[i] = static_cast<Unsigned<Wide<T>>>(product(a[2 * i + parity], b[2 * i + parity]));
  return result;
}
template <Parity parity>
Step multiply_signed(Cpu& cpu, const Op& op) {
  return by_size<byte, word>(cpu, op.mask(4), [&]<class T>() { cpu.vr(op.r1) = products<parity, Signed<T>>(cpu.vr(op.r2), cpu.vr(op.r3)); });
}
template <Parity parity>
Step multiply_logical(Cpu& cpu, const Op& op) {
  return by_size<byte, word>(cpu, op.mask(4), [&]<class T>() { cpu.vr(op.r1) = products<parity, T>(cpu.vr(op.r2), cpu.vr(op.r3)); });
}

constexpr auto sum = [](auto a, auto b) { return a + b; };
template <Parity parity>
Step multiply_and_add_signed(Cpu& cpu, const Op& op) {
  return by_size<byte, word>(cpu, op.mask(5), [&]<class T>() {
    using W = Wide<T>;
    cpu.vr(op.r1) = map<W>(sum, products<parity, Signed<T>>(cpu.vr(op.r2), cpu.vr(op.r3)), Elements<W>{cpu.vr(op.b1)});
  });
}
template <Parity parity>
Step multiply_and_add_logical(Cpu& cpu, const Op& op) {
  return by_size<byte, word>(cpu, op.mask(5), [&]<class T>() {
    using W = Wide<T>;
    cpu.vr(op.r1) = map<W>(sum, products<parity, T>(cpu.vr(op.r2), cpu.vr(op.r3)), Elements<W>{cpu.vr(op.b1)});
  });
}

// A sum over the Galois field is an exclusive or.
template <class T>
Wide<T> galois_product(T a, T b) {
  Wide<T> result = 0;
  for (unsigned i = 0; i < bits_of<T>; ++i)
    if (b >> i & 1) result = static_cast<Wide<T>>(result ^ static_cast<Wide<T>>(a) << i);
  return result;
}
template <class T>
Elements<Wide<T>> galois_sums(const Elements<T>& a, const Elements<T>& b) {
  Elements<Wide<T>> result;
  for (unsigned i = 0; i < result.count; ++i)
    result[i] = galois_product(a[2 * i], b[2 * i]) ^ galois_product(a[2 * i + 1], b[2 * i + 1]);
  return result;
}

}  // namespace

Z_INSTRUCTION(vector_multiply_low) { return binary<byte, word>(cpu, op, low_product); }
Z_INSTRUCTION(vector_multiply_high) { return binary_signed<byte, word>(cpu, op, high_product); }
Z_INSTRUCTION(vector_multiply_logical_high) { return binary<byte, word>(cpu, op, high_product); }
Z_INSTRUCTION(vector_multiply_even) { return multiply_signed<even>(cpu, op); }
Z_INSTRUCTION(vector_multiply_odd) { return multiply_signed<odd>(cpu, op); }
Z_INSTRUCTION(vector_multiply_logical_even) { return multiply_logical<even>(cpu, op); }
Z_INSTRUCTION(vector_multiply_logical_odd) { return multiply_logical<odd>(cpu, op); }

Z_INSTRUCTION(vector_multiply_and_add_low) { return ternary<byte, word>(cpu, op, low_sum); }
Z_INSTRUCTION(vector_multiply_and_add_high) { return ternary_signed<byte, word>(cpu, op, high_sum); }
Z_INSTRUCTION(vector_multiply_and_add_logical_high) { return ternary<byte, word>(cpu, op, high_sum); }
Z_INSTRUCTION(vector_multiply_and_add_even) { return multiply_and_add_signed<even>(cpu, op); }
Z_INSTRUCTION(vector_multiply_and_add_odd) { return multiply_and_add_signed<odd>(cpu, op); }
Z_INSTRUCTION(vector_multiply_and_add_logical_even) { return multiply_and_add_logical<even>(cpu, op); }
Z_INSTRUCTION(vector_multiply_and_add_logical_odd) { return multiply_and_add_logical<odd>(cpu, op); }

// Both products of doublewords, each shifted left by one where its bit of M6 says so, and V4. Only doublewords are defined.
Z_INSTRUCTION(vector_multiply_sum_logical) {
  if (op.mask(5) != doubleword) return specification_exception(cpu);
  const VectorRegister a = cpu.vr(op.r2), b = cpu.vr(op.r3);
  const unsigned even_shift = op.mask(6) >> 3, odd_shift = op.mask(6) >> 2 & 1;
  cpu.vr(op.r1) = vector_of((product(a.high, b.high) << even_shift) + (product(a.low, b.low) << odd_shift) + quadword_of(cpu.vr(op.b1)));
  return Step::next;
}

Z_INSTRUCTION(vector_galois_field_multiply_sum) {
  return by_size<byte, doubleword>(cpu, op.mask(4), [&]<class T>() { cpu.vr(op.r1) = galois_sums<T>(cpu.vr(op.r2), cpu.vr(op.r3)); });
}
Z_INSTRUCTION(vector_galois_field_multiply_sum_and_accumulate) {
  return by_size<byte, doubleword>(cpu, op.mask(5), [&]<class T>() {
    const VectorRegister sums = galois_sums<T>(cpu.vr(op.r2), cpu.vr(op.r3));
    cpu.vr(op.r1) = vector_of(quadword_of(sums) ^ quadword_of(cpu.vr(op.b1)));
  });
}

}  // namespace cpu
