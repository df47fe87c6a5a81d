// The rightmost bytes of vector registers. PoP ch. 21, "VECTOR LOAD RIGHTMOST WITH LENGTH", "VECTOR STORE RIGHTMOST WITH LENGTH".
#include <algorithm>

#include "cpu/instruction.h"
#include "cpu/vector_elements.h"
#include "cpu/vector_storage.h"

namespace cpu {
namespace {

constexpr unsigned last_byte = sizeof(VectorBytes) - 1;

// `last` is the number of bytes less one.
Step load_rightmost(Cpu& cpu, const Op& op, unsigned last) {
  VectorBytes bytes{};
  TRY(cpu.fetch_bytes(cpu.operand2_rs(op), std::span{bytes}.last(last + 1)));
  cpu.vr(op.r1) = vector_of(bytes);
  return Step::next;
}
Step store_rightmost(Cpu& cpu, const Op& op, unsigned last) {
  const VectorBytes bytes = bytes_of(cpu.vr(op.r1));
  TRY(cpu.store_bytes(cpu.operand2_rs(op), std::span{bytes}.last(last + 1)));
  return Step::next;
}
unsigned last_by_register(Cpu& cpu, const Op& op) { return std::min(cpu.gr32(op.r3), last_byte); }

}  // namespace

Z_INSTRUCTION(vector_load_rightmost_immediate) {
  const auto last = static_cast<unsigned>(op.d1);
  return last > last_byte ? specification_exception(cpu) : load_rightmost(cpu, op, last);
}
Z_INSTRUCTION(vector_load_rightmost) { return load_rightmost(cpu, op, last_by_register(cpu, op)); }
Z_INSTRUCTION(vector_store_rightmost_immediate) {
  const auto last = static_cast<unsigned>(op.d1);
  return last > last_byte ? specification_exception(cpu) : store_rightmost(cpu, op, last);
}
Z_INSTRUCTION(vector_store_rightmost) { return store_rightmost(cpu, op, last_by_register(cpu, op)); }

}  // namespace cpu
