// Interlocked updates: COMPARE AND SWAP, LOAD AND ADD and their relatives, TEST AND SET. PoP ch. 7.
#include <functional>

#include "cpu/arithmetic.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

using std::uint32_t;
using std::uint64_t;
using std::uint8_t;
using uint128_t = unsigned __int128;

bool is_aligned(uint64_t address, std::size_t size) { return address % size == 0; }

// CS, CSG: cc 0 swapped, 1 unequal and the found value loaded.
template <class R>
Step compare_and_swap(Cpu& cpu, const Op& op) {
  using Unsigned = typename R::Unsigned;
  const auto address = cpu.operand2_rs(op);
  if (!is_aligned(address, sizeof(Unsigned))) return cpu.program_interruption(Pic::specification);
  const Unsigned expected = R::get(cpu, op.r1);
  const auto found = TRY((cpu.compare_and_swap<Unsigned>(address, expected, R::get(cpu, op.r3))));
  if (found != expected) R::set(cpu, op.r1, found);
  cpu.cc = found != expected;
  return Step::next;
}

// LAA and its like: the old value goes to R1, and the condition code is that of the operation.
template <class R, class F>
Step load_and_update(Cpu& cpu, const Op& op, F f) {
  using Unsigned = typename R::Unsigned;
  const auto address = cpu.operand2_rs(op);
  if (!is_aligned(address, sizeof(Unsigned))) return cpu.program_interruption(Pic::specification);
  const Unsigned third = R::get(cpu, op.r3);
  const auto old = TRY((cpu.interlocked_update<Unsigned>(address, [&](Unsigned v) -> Unsigned { return static_cast<Unsigned>(f(v, third)); })));
  R::set(cpu, op.r1, old);
  cpu.cc = zero_code(static_cast<Unsigned>(f(old, third)));
  return Step::next;
}

template <class R>
Step load_and_add(Cpu& cpu, const Op& op) {
  using Signed = typename R::Signed;
  const auto third = static_cast<Signed>(R::get(cpu, op.r3));
  if (const auto step = load_and_update<R>(cpu, op, std::plus<>{}); step != Step::next) return step;
  Signed sum;
  const bool overflow = __builtin_add_overflow(static_cast<Signed>(R::get(cpu, op.r1)), third, &sum);
  return end_signed<R>(cpu, sum, overflow);
}

// LPD, LPDG: two operands that need not lie together. The first is fetched again after the second: when it still has its value, both
// had theirs at the moment of the second fetch (cc 0); else the pair was not fetched as one (cc 3) and the program tries again. An
// update of the first operand that is taken back between its fetches goes unseen.
template <class R>
Step load_pair_disjoint(Cpu& cpu, const Op& op) {
  using Unsigned = typename R::Unsigned;
  const auto address1 = cpu.operand1(op), address2 = cpu.operand2_rs(op);
  if ((op.r3 & 1) != 0 || !is_aligned(address1, sizeof(Unsigned)) || !is_aligned(address2, sizeof(Unsigned)))
    return cpu.program_interruption(Pic::specification);
  const auto first = TRY(cpu.fetch<Unsigned>(address1));
  const auto second = TRY(cpu.fetch<Unsigned>(address2));
  const auto again = TRY(cpu.fetch<Unsigned>(address1));
  R::set(cpu, op.r3, first);
  R::set(cpu, op.r3 + 1, second);
  cpu.cc = first == again ? 0 : 3;
  return Step::next;
}

template <class R>
Step load_and_add_logical(Cpu& cpu, const Op& op) {
  const auto third = R::get(cpu, op.r3);
  if (const auto step = load_and_update<R>(cpu, op, std::plus<>{}); step != Step::next) return step;
  cpu.cc = add_logical(R::get(cpu, op.r1), third).cc;
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(compare_and_swap_32) { return compare_and_swap<Low>(cpu, op); }
Z_INSTRUCTION(compare_and_swap_64) { return compare_and_swap<Whole>(cpu, op); }

Z_INSTRUCTION(compare_double_and_swap_32) {
  const auto address = cpu.operand2_rs(op);
  if ((op.r1 & 1) != 0 || (op.r3 & 1) != 0 || !is_aligned(address, 8)) return cpu.program_interruption(Pic::specification);
  const auto pair = [&](unsigned n) { return static_cast<uint64_t>(cpu.gr32(n)) << 32 | cpu.gr32(n + 1); };
  const auto expected = pair(op.r1);
  const auto found = TRY((cpu.compare_and_swap<uint64_t>(address, expected, pair(op.r3))));
  if (found != expected) {
    cpu.set_gr32(op.r1, static_cast<uint32_t>(found >> 32));
    cpu.set_gr32(op.r1 + 1, static_cast<uint32_t>(found));
  }
  cpu.cc = found != expected;
  return Step::next;
}

Z_INSTRUCTION(compare_double_and_swap_64) {
  const auto address = cpu.operand2_rs(op);
  if ((op.r1 & 1) != 0 || (op.r3 & 1) != 0 || !is_aligned(address, 16)) return cpu.program_interruption(Pic::specification);
  const auto pair = [&](unsigned n) { return static_cast<uint128_t>(cpu.gr(n)) << 64 | cpu.gr(n + 1); };
  const auto expected = pair(op.r1);
  const auto found = TRY((cpu.compare_and_swap<uint128_t>(address, expected, pair(op.r3))));
  if (found != expected) {
    cpu.gr(op.r1) = static_cast<uint64_t>(found >> 64);
    cpu.gr(op.r1 + 1) = static_cast<uint64_t>(found);
  }
  cpu.cc = found != expected;
  return Step::next;
}

Z_INSTRUCTION(load_and_add_32) { return load_and_add<Low>(cpu, op); }
Z_INSTRUCTION(load_and_add_64) { return load_and_add<Whole>(cpu, op); }
Z_INSTRUCTION(load_and_add_logical_32) { return load_and_add_logical<Low>(cpu, op); }
Z_INSTRUCTION(load_and_add_logical_64) { return load_and_add_logical<Whole>(cpu, op); }
Z_INSTRUCTION(load_and_and_32) { return load_and_update<Low>(cpu, op, std::bit_and<>{}); }
Z_INSTRUCTION(load_and_and_64) { return load_and_update<Whole>(cpu, op, std::bit_and<>{}); }
Z_INSTRUCTION(load_and_or_32) { return load_and_update<Low>(cpu, op, std::bit_or<>{}); }
Z_INSTRUCTION(load_and_or_64) { return load_and_update<Whole>(cpu, op, std::bit_or<>{}); }
Z_INSTRUCTION(load_and_exclusive_or_32) { return load_and_update<Low>(cpu, op, std::bit_xor<>{}); }
Z_INSTRUCTION(load_and_exclusive_or_64) { return load_and_update<Whole>(cpu, op, std::bit_xor<>{}); }

Z_INSTRUCTION(load_pair_disjoint_32) { return load_pair_disjoint<Low>(cpu, op); }
Z_INSTRUCTION(load_pair_disjoint_64) { return load_pair_disjoint<Whole>(cpu, op); }

// TS: all ones are stored, the leftmost bit of what was there is the condition code.
Z_INSTRUCTION(test_and_set) {
  const auto old = TRY((cpu.interlocked_update<uint8_t>(cpu.operand2_rs(op), [](uint8_t) -> uint8_t { return 0xFF; })));
  cpu.cc = old >> 7;
  return Step::next;
}

}  // namespace cpu
