#include "cpu/fixed_point.h"
#include "cpu/instruction.h"

// Interlocked updates (PoP ch. 7; ch. 5, "Interlocked-Update References"). All of them serialise, as the host's do.
namespace cpu {
namespace {

using S32 = std::int32_t;
using S64 = std::int64_t;
using U8 = std::uint8_t;
using U32 = std::uint32_t;
using U64 = std::uint64_t;

Step specification(Cpu& cpu) { return cpu.program_interruption(Pic::specification); }

template <class T>
Step compare_and_swap(Cpu& cpu, const Op& op) {
  const U64 address = cpu.operand2_rs(op);
  if (!is_aligned<T>(address)) return specification(cpu);
  const T expected = register_as<T>(cpu, op.r1);
  const T found = TRY(cpu.compare_and_swap<T>(address, expected, register_as<T>(cpu, op.r3)));
  cpu.cc = found != expected;
  if (found != expected) set_register(cpu, op.r1, found);
  return Step::next;
}

// Registers R1 and R1 + 1 as one operand of twice their part.
U64 pair_of_words(const Cpu& cpu, unsigned even) { return static_cast<U64>(cpu.gr32(even)) << 32 | cpu.gr32(even + 1); }
Uint128 pair(const Cpu& cpu, unsigned even) { return static_cast<Uint128>(cpu.gr(even)) << 64 | cpu.gr(even + 1); }

// R1 gets the old value; the code is that of the operation, whose result goes to storage.
template <class T, class Combine>
Step load_and(Cpu& cpu, const Op& op, Combine combine) {
  using U = std::make_unsigned_t<T>;
  const U64 address = cpu.operand2_rs(op);
  if (!is_aligned<T>(address)) return specification(cpu);
  const T third = register_as<T>(cpu, op.r3);
  const auto update = [=](U old) { return static_cast<U>(combine(static_cast<T>(old), third).value); };
  const U old = TRY(cpu.interlocked_update<U>(address, update));
  set_register(cpu, op.r1, old);
  const auto cc = combine(static_cast<T>(old), third).cc;
  if constexpr (std::is_signed_v<T>) return conclude(cpu, cc);
  cpu.cc = cc;
  return Step::next;
}

template <class T>
Step load_and_add(Cpu& cpu, const Op& op) {
  if constexpr (std::is_signed_v<T>) return load_and<T>(cpu, op, [](T a, T b) { return add_signed(a, b); });
  else return load_and<T>(cpu, op, [](T a, T b) { return add_logical(a, b); });
}
template <class T>
Result<T> with_zero_cc(T value) { return {value, zero_cc(value)}; }
template <class T>
Step load_and_and(Cpu& cpu, const Op& op) { return load_and<T>(cpu, op, [](T a, T b) { return with_zero_cc<T>(a & b); }); }
template <class T>
Step load_and_or(Cpu& cpu, const Op& op) { return load_and<T>(cpu, op, [](T a, T b) { return with_zero_cc<T>(a | b); }); }
template <class T>
Step load_and_exclusive_or(Cpu& cpu, const Op& op) {
  return load_and<T>(cpu, op, [](T a, T b) { return with_zero_cc<T>(a ^ b); });
}

// PoP ch. 7, "LOAD PAIR DISJOINT": code 3 where the two may not have been there at the same time. The first operand is
// looked at again after the second.
template <class T>
Step load_pair_disjoint(Cpu& cpu, const Op& op) {
  const U64 first_address = cpu.operand1(op), second_address = cpu.operand2_rs(op);
  if (op.r3 % 2 != 0 || !is_aligned<T>(first_address) || !is_aligned<T>(second_address)) return specification(cpu);
  const T first = TRY(cpu.fetch<T>(first_address));
  const T second = TRY(cpu.fetch<T>(second_address));
  const bool together = TRY(cpu.fetch<T>(first_address)) == first;
  set_register(cpu, op.r3, first);
  set_register(cpu, op.r3 + 1u, second);
  cpu.cc = together ? 0 : 3;
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(compare_and_swap_32) { return compare_and_swap<U32>(cpu, op); }
Z_INSTRUCTION(compare_and_swap_64) { return compare_and_swap<U64>(cpu, op); }

Z_INSTRUCTION(compare_double_and_swap_32) {
  const U64 address = cpu.operand2_rs(op);
  if ((op.r1 | op.r3) % 2 != 0 || !is_aligned<U64>(address)) return specification(cpu);
  const U64 expected = pair_of_words(cpu, op.r1);
  const U64 found = TRY(cpu.compare_and_swap<U64>(address, expected, pair_of_words(cpu, op.r3)));
  cpu.cc = found != expected;
  cpu.set_gr32(op.r1, static_cast<U32>(found >> 32));
  cpu.set_gr32(op.r1 + 1u, static_cast<U32>(found));
  return Step::next;
}
Z_INSTRUCTION(compare_double_and_swap_64) {
  const U64 address = cpu.operand2_rs(op);
  if ((op.r1 | op.r3) % 2 != 0 || !is_aligned<Uint128>(address)) return specification(cpu);
  const Uint128 expected = pair(cpu, op.r1);
  const Uint128 found = TRY(cpu.compare_and_swap<Uint128>(address, expected, pair(cpu, op.r3)));
  cpu.cc = found != expected;
  cpu.gr(op.r1) = static_cast<U64>(found >> 64);
  cpu.gr(op.r1 + 1u) = static_cast<U64>(found);
  return Step::next;
}

Z_INSTRUCTION(load_and_add_32) { return load_and_add<S32>(cpu, op); }
Z_INSTRUCTION(load_and_add_64) { return load_and_add<S64>(cpu, op); }
Z_INSTRUCTION(load_and_add_logical_32) { return load_and_add<U32>(cpu, op); }
Z_INSTRUCTION(load_and_add_logical_64) { return load_and_add<U64>(cpu, op); }
Z_INSTRUCTION(load_and_and_32) { return load_and_and<U32>(cpu, op); }
Z_INSTRUCTION(load_and_and_64) { return load_and_and<U64>(cpu, op); }
Z_INSTRUCTION(load_and_or_32) { return load_and_or<U32>(cpu, op); }
Z_INSTRUCTION(load_and_or_64) { return load_and_or<U64>(cpu, op); }
Z_INSTRUCTION(load_and_exclusive_or_32) { return load_and_exclusive_or<U32>(cpu, op); }
Z_INSTRUCTION(load_and_exclusive_or_64) { return load_and_exclusive_or<U64>(cpu, op); }
Z_INSTRUCTION(load_pair_disjoint_32) { return load_pair_disjoint<U32>(cpu, op); }
Z_INSTRUCTION(load_pair_disjoint_64) { return load_pair_disjoint<U64>(cpu, op); }

// The code is the leftmost bit that was there.
Z_INSTRUCTION(test_and_set) {
  const U8 old = TRY(cpu.interlocked_update<U8>(cpu.operand2_rs(op), [](U8) { return U8{0xFF}; }));
  cpu.cc = old >> 7;
  return Step::next;
}

}  // namespace cpu
