// Transactional execution (PoP ch. 5, "Transactional-Execution Facility"; ch. 7). The engine runs what follows TRANSACTION
// BEGIN; see monitored_execution.cpp.
#include "cpu/instruction.h"
#include "cpu/transaction.h"

namespace cpu {
namespace {

using std::uint16_t;
using std::uint64_t;
using std::uint8_t;

constexpr unsigned no_base = 16;
constexpr uint64_t diagnostic_block_size = 256;

bool are_allowed(const Cpu& cpu) { return cpu.has_cr0_bit(8); }

// Within a transaction the inner one shares its fate; what it asks for may only be less.
Step nest(Cpu& cpu, TransactionControls controls) {
  if (!cpu.transaction()->nest(controls)) {
    cpu.transaction()->abort_code = AbortCode::nesting_depth;
    return Step::refetch;
  }
  cpu.cc = 0;
  return Step::refetch;
}

Step begin(Cpu& cpu, Transaction::Begin begin, TransactionControls controls, uint64_t continue_at) {
  begin.psw = cpu.psw;
  begin.psw.ia = continue_at;
  for (unsigned n = 0; n < 16; ++n) begin.gr[n] = cpu.gr(n);
  cpu.cc = 0;
  cpu.begin_transaction(Transaction{begin, controls});
  return Step::refetch;
}

}  // namespace

// The second operand: pairs to restore, then the controls.
Z_INSTRUCTION(transaction_begin) {
  if (!are_allowed(cpu)) return cpu.program_interruption(Pic::special_operation);
  const auto i2 = static_cast<uint16_t>(op.imm);
  const auto controls = TransactionControls::of(i2);
  const bool has_block = op.b1 != no_base;
  const uint64_t block = cpu.operand1(op);
  if (controls.filtering == 3 || (has_block && block % 8 != 0)) return cpu.program_interruption(Pic::specification);
  if (cpu.transaction() != nullptr) return nest(cpu, controls);
  if (has_block) TRY(cpu.probe_store(block, diagnostic_block_size));
  return begin(cpu,
               {.constrained = false,
                .saved_pairs = static_cast<uint8_t>(i2 >> 8),
                .diagnostic_block = block,
                .has_diagnostic_block = has_block,
                .psw = {}},
               controls, cpu.next_instruction_address(op));
}

// An aborted constrained transaction is executed again, from its TRANSACTION BEGIN.
Z_INSTRUCTION(transaction_begin_constrained) {
  if (!are_allowed(cpu)) return cpu.program_interruption(Pic::special_operation);
  const auto i2 = static_cast<uint16_t>(op.imm);
  if (op.b1 != no_base || (i2 & 7) != 0) return cpu.program_interruption(Pic::specification);
  const auto controls = TransactionControls::of(i2);
  if (cpu.transaction() != nullptr) return nest(cpu, controls);
  return begin(cpu, {.constrained = true, .saved_pairs = static_cast<uint8_t>(i2 >> 8), .psw = {}}, controls,
               cpu.instruction_address(op));
}

Z_INSTRUCTION(transaction_end) {
  if (!are_allowed(cpu)) return cpu.program_interruption(Pic::special_operation);
  cpu.cc = cpu.transaction() != nullptr ? 0 : 2;
  if (cpu.transaction() != nullptr && cpu.transaction()->unnest()) cpu.commit_transaction();
  return Step::refetch;
}

// Codes to 255 are the machine's own.
Z_INSTRUCTION(transaction_abort) {
  const uint64_t code = cpu.operand2_rs(op);
  if (cpu.transaction() == nullptr) return cpu.program_interruption(Pic::special_operation);
  if (code < 256) return cpu.program_interruption(Pic::specification);
  cpu.transaction()->abort_code = static_cast<AbortCode>(code);
  return Step::refetch;
}

Z_INSTRUCTION(extract_transaction_nesting_depth) {
  if (!are_allowed(cpu)) return cpu.program_interruption(Pic::special_operation);
  cpu.set_gr32(op.r1, cpu.transaction() == nullptr ? 0 : cpu.transaction()->depth());
  return Step::next;
}

// The bytes that an abort would put back were kept by the store itself.
Z_INSTRUCTION(nontransactional_store) {
  const uint64_t address = cpu.operand2(op);
  if (address % 8 != 0) return cpu.program_interruption(Pic::specification);
  TRY(cpu.store<uint64_t>(address, cpu.gr(op.r1)));
  if (cpu.transaction() == nullptr) return Step::next;
  std::byte* const at = TRY(cpu.host_fetch(address, 8));
  cpu.transaction()->keep_nontransactional(at, std::span<const std::byte>{at, 8});
  return Step::next;
}

}  // namespace cpu
