#include "cpu/instruction.h"

// EXECUTE and EXECUTE RELATIVE LONG (PoP ch. 7): on to the target, which leads back behind the EXECUTE.
namespace cpu {

Z_HANDLER run_execute(Cpu& cpu, const Op* op) {
  const Op* const target = cpu.prepare_execute(*op, cpu.operand2(*op));
  if (target != nullptr) Z_GO_ON(target);
  cpu.leave_with(Step::interrupted);
  Z_GO_TO(leave_block, op);
}

Z_HANDLER run_execute_relative_long(Cpu& cpu, const Op* op) {
  const Op* const target = cpu.prepare_execute(*op, cpu.relative(*op));
  if (target != nullptr) Z_GO_ON(target);
  cpu.leave_with(Step::interrupted);
  Z_GO_TO(leave_block, op);
}

}  // namespace cpu
