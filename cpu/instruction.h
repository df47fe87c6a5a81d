#pragma once

#include "cpu/cpu.h"
#include "cpu/op.h"
#include "cpu/step.h"

namespace cpu {

// Where a handler goes when its instruction did not end with Step::next; the Step is in the Cpu unless it branched.
Z_HANDLER leave_branched(Cpu& cpu, const Op* op);
Z_HANDLER leave_block(Cpu& cpu, const Op* op);

}  // namespace cpu

// Defines a relative branch: the body does what the instruction does besides, and tells whether it is taken.
#define Z_RELATIVE_BRANCH(name)                                                \
  static inline bool name(::cpu::Cpu& cpu, const ::cpu::Op& op);               \
  Z_HANDLER run_##name(::cpu::Cpu& cpu, const ::cpu::Op* op) {                 \
    if (!name(cpu, *op)) Z_GO_ON(op + 1);                                      \
    if (op->jump() == 0) {                                                     \
      cpu.psw.ia = cpu.relative(*op);                                          \
      Z_GO_TO(::cpu::leave_branched, op);                                      \
    }                                                                          \
    const ::cpu::Op* const target = cpu.jump_in_block(op);                     \
    if (target == nullptr) [[unlikely]] Z_LEAVE;                               \
    Z_GO_ON(target);                                                           \
  }                                                                            \
  static inline bool name([[maybe_unused]] ::cpu::Cpu& cpu, [[maybe_unused]] const ::cpu::Op& op)

// Defines the semantics function `name` and its handler `run_<name>`, which the instruction table refers to.
#define Z_INSTRUCTION(name)                                                    \
  static inline ::cpu::Step name(::cpu::Cpu& cpu, const ::cpu::Op& op);        \
  Z_HANDLER run_##name(::cpu::Cpu& cpu, const ::cpu::Op* op) {                 \
    const ::cpu::Step step = name(cpu, *op);                                   \
    if (step == ::cpu::Step::next) [[likely]] Z_GO_ON(op + 1);                 \
    if (step == ::cpu::Step::branched) Z_GO_TO(::cpu::leave_branched, op);     \
    cpu.leave_with(step);                                                      \
    Z_GO_TO(::cpu::leave_block, op);                                           \
  }                                                                            \
  static inline ::cpu::Step name([[maybe_unused]] ::cpu::Cpu& cpu, [[maybe_unused]] const ::cpu::Op& op)
