#pragma once

#include "cpu/cpu.h"
#include "cpu/op.h"
#include "cpu/step.h"

namespace cpu {

// Where a handler goes when its instruction did not end with Step::next; the Step is in the Cpu unless it branched.
Z_HANDLER leave_branched(Cpu& cpu, const Op* op);
Z_HANDLER leave_to_relative(Cpu& cpu, const Op* op);  // the relative branch is taken and is not linked to its target
Z_HANDLER leave_block(Cpu& cpu, const Op* op);
// What an operation becomes whose text was stored into.
Z_HANDLER run_stale(Cpu& cpu, const Op* op);

}  // namespace cpu

// Where a handler goes after an operation, by what its semantics function said.
#define Z_END_INSTRUCTION(step, op)                                            \
  if ((step) == ::cpu::Step::next) [[likely]] Z_GO_ON((op) + 1);               \
  if ((step) == ::cpu::Step::branched) Z_GO_TO(::cpu::leave_branched, op);     \
  cpu.leave_with(step);                                                        \
  Z_GO_TO(::cpu::leave_block, op)

#define Z_END_RELATIVE_BRANCH(is_taken, op)                                    \
  if (!(is_taken)) Z_GO_ON((op) + 1);                                          \
  const std::int32_t jump = (op)->jump();                                      \
  if (jump == 0) Z_GO_TO(::cpu::leave_to_relative, op);                        \
  const ::cpu::Op* const target = cpu.jump_in_page(op, jump);                  \
  if (target == nullptr) [[unlikely]] Z_LEAVE;                                 \
  Z_GO_ON(target)

// Defines the semantics function `name` and its handler `run_<name>`, which the instruction table refers to.
#define Z_INSTRUCTION(name)                                                    \
  static inline ::cpu::Step name(::cpu::Cpu& cpu, const ::cpu::Op& op);        \
  Z_HANDLER run_##name(::cpu::Cpu& cpu, const ::cpu::Op* op) {                 \
    const ::cpu::Step step = name(cpu, *op);                                   \
    Z_END_INSTRUCTION(step, op);                                               \
  }                                                                            \
  static inline ::cpu::Step name([[maybe_unused]] ::cpu::Cpu& cpu, [[maybe_unused]] const ::cpu::Op& op)

// The same for a relative branch: the body does what the instruction does besides, and tells whether it is taken.
#define Z_RELATIVE_BRANCH(name)                                                \
  static inline bool name(::cpu::Cpu& cpu, const ::cpu::Op& op);               \
  Z_HANDLER run_##name(::cpu::Cpu& cpu, const ::cpu::Op* op) {                 \
    const bool is_taken = name(cpu, *op);                                      \
    Z_END_RELATIVE_BRANCH(is_taken, op);                                       \
  }                                                                            \
  static inline bool name([[maybe_unused]] ::cpu::Cpu& cpu, [[maybe_unused]] const ::cpu::Op& op)

// The same for those that pairs are made of (pairs.h), where others need the semantics function too.
#define Z_PAIRED_INSTRUCTION(name)                                             \
  namespace semantics {                                                        \
  ::cpu::Step name(::cpu::Cpu& cpu, const ::cpu::Op& op);                      \
  }                                                                            \
  Z_HANDLER run_##name(::cpu::Cpu& cpu, const ::cpu::Op* op) {                 \
    const ::cpu::Step step = semantics::name(cpu, *op);                        \
    Z_END_INSTRUCTION(step, op);                                               \
  }                                                                            \
  ::cpu::Step semantics::name([[maybe_unused]] ::cpu::Cpu& cpu, [[maybe_unused]] const ::cpu::Op& op)

#define Z_PAIRED_RELATIVE_BRANCH(name)                                         \
  namespace semantics {                                                        \
  bool name(::cpu::Cpu& cpu, const ::cpu::Op& op);                             \
  }                                                                            \
  Z_HANDLER run_##name(::cpu::Cpu& cpu, const ::cpu::Op* op) {                 \
    const bool is_taken = semantics::name(cpu, *op);                           \
    Z_END_RELATIVE_BRANCH(is_taken, op);                                       \
  }                                                                            \
  bool semantics::name([[maybe_unused]] ::cpu::Cpu& cpu, [[maybe_unused]] const ::cpu::Op& op)
