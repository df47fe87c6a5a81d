#pragma once

#include <cstdint>

// How one instruction hands over to the next. `tail`: a guaranteed tail call that keeps the machine state in host
// registers; needs clang's musttail. `loop`: the handler returns the next operation to a loop; for builds without
// optimisation and under the sanitizers, whose instrumentation forbids tail calls.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(undefined_behavior_sanitizer) || __has_feature(memory_sanitizer)
#define Z_DISPATCH_LOOP 1
#endif
#endif
#if !defined(__OPTIMIZE__) && !defined(Z_DISPATCH_LOOP)
#define Z_DISPATCH_LOOP 1
#endif

namespace cpu {

class Cpu;
struct Op;

#ifdef Z_DISPATCH_LOOP
#define Z_HANDLER ::cpu::Next
// What a handler returns to the loop: the next operation, or none when the engine must look around.
struct Next {
  const Op* op;
};
using Handler = Next (*)(Cpu&, const Op*);
#define Z_GO_TO(target, op) return target(cpu, op)
#define Z_GO_ON(target) return ::cpu::Next{target}
#define Z_LEAVE return ::cpu::Next{nullptr}
#else
#define Z_HANDLER __attribute__((preserve_none)) void
using Handler = __attribute__((preserve_none)) void (*)(Cpu&, const Op*);
#define Z_GO_TO(target, op) [[clang::musttail]] return target(cpu, op)
#define Z_GO_ON(target) [[clang::musttail]] return ::cpu::handler_of(target)(cpu, target)
#define Z_LEAVE return
#endif

// One decoded instruction. Fields are named as the instruction formats name them (PoP ch. 5, "Instruction Formats").
struct alignas(32) Op {
  Handler handler;
  std::uint8_t r1, r2, r3;    // V1, V2, V3 too; r2 is also X2 of RX*; r3 also M3, I3; SS lengths: r1 is L1 (or L), r3 is L2
  std::uint8_t b1, b2;        // b1 is also V4; a base or index of 0 is encoded 16, whose register is always 0
  std::uint8_t m4_length;     // low digit: length in bytes; high digit: M4
  std::uint16_t page_offset;  // of this instruction
  std::int32_t d1, d2;        // vector formats: immediates in their order in d1, then d2
  std::int64_t imm;  // as the format extends it; for relative operands the bytes from this instruction;
                     // vector formats: M3 to M6 in digits 3 to 6 from the right, counted from 0

  // Of a relative branch, which has no second displacement: the operations from here to its target, in the same block or in
  // another of the same page and mode; 0: it must be looked up. Any thread may read it; it changes under the lock of the page.
  std::int32_t jump() const { return __atomic_load_n(&d2, __ATOMIC_ACQUIRE); }
  void set_jump(std::int32_t operations) { __atomic_store_n(&d2, operations, __ATOMIC_RELEASE); }
  // ... which has no second base register either: whether a target in the same page is worth seeking.
  bool seeks_link() const { return __atomic_load_n(&b2, __ATOMIC_RELAXED) == seeking; }
  void set_seeks_link(bool seeks) { __atomic_store_n(&b2, seeks ? seeking : no_base, __ATOMIC_RELAXED); }
  static constexpr std::uint8_t no_base = 16, seeking = 17;

  unsigned length() const { return m4_length & 0xF; }
  unsigned m4() const { return m4_length >> 4; }
  unsigned mask(unsigned n) const { return static_cast<unsigned>(imm >> 4 * n) & 0xF; }  // vector formats: Mn
};
static_assert(sizeof(Op) == 32);

// The handler of an operation in a block may be replaced by another thread when the block's code was stored into.
inline Handler handler_of(const Op* op) { return __atomic_load_n(&op->handler, __ATOMIC_RELAXED); }

}  // namespace cpu
