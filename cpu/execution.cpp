#include <algorithm>

#include "cpu/configuration.h"
#include "cpu/cpu.h"
#include "cpu/decoding.h"
#include "cpu/instruction.h"
#include "cpu/storage.h"

namespace cpu {

// What the handlers need of the inside of a Cpu: blocks are left and entered here and nowhere else.
struct Engine {
  // Instructions up to `end` are done; goes on at psw.ia if nothing asks for attention and the block is remembered.
  static const Op* next_block(Cpu& cpu, const Op* end) {
    if (cpu.attention_.is_reached(cpu.count(end))) [[unlikely]] return nullptr;
    const Op* const first = cpu.map_.find(cpu.psw.ia, cpu.circumstances_);
    if (first != nullptr) cpu.enter_block(first);
    return first;
  }

  static const Op* branch(Cpu& cpu, const Op* op) {
    cpu.breaking_event_ = cpu.instruction_address(*op);
    return next_block(cpu, cpu.site_of(op) + 1);
  }

  static void link(Cpu& cpu, const Op* op) { cpu.link(op, cpu.psw.ia); }

  static const Op* fall_through(Cpu& cpu, const Op* op) {
    cpu.psw.ia = cpu.wrap(cpu.page_address_ + op->page_offset);
    return next_block(cpu, op);
  }

  static void leave_stale(Cpu& cpu, const Op* op) {
    cpu.count(op);
    cpu.psw.ia = cpu.wrap(cpu.page_address_ + op->page_offset);
  }

  static void leave(Cpu& cpu, const Op* op) {
    const Op* const site = cpu.site_of(op);
    switch (cpu.left_with_) {
      case Step::refetch:
        cpu.count(site + 1);
        if (!cpu.psw_loaded_) cpu.psw.ia = cpu.next_instruction_address(*op);
        break;
      case Step::repeat:
        cpu.count(site);
        cpu.psw.ia = cpu.instruction_address(*op);
        break;
      default:
        cpu.count(site);
        if (!cpu.exception_.is_at_next) cpu.psw.ia = cpu.instruction_address(*op);
        cpu.instruction_length_code_ = op->length();
        break;
    }
  }
};

Z_HANDLER leave_branched(Cpu& cpu, const Op* op) {
  const Op* const first = Engine::branch(cpu, op);
  if (first == nullptr) Z_LEAVE;
  Z_GO_ON(first);
}

Z_HANDLER leave_to_relative(Cpu& cpu, const Op* op) {
  cpu.psw.ia = cpu.relative(*op);
  if (op->seeks_link()) [[unlikely]] Engine::link(cpu, op);
  Z_GO_TO(leave_branched, op);
}

Z_HANDLER leave_block(Cpu& cpu, const Op* op) {
  Engine::leave(cpu, op);
  Z_LEAVE;
}

Z_HANDLER run_stale(Cpu& cpu, const Op* op) {
  Engine::leave_stale(cpu, op);
  Z_LEAVE;
}

namespace {

Z_HANDLER run_fall_through(Cpu& cpu, const Op* op) {
  const Op* const first = Engine::fall_through(cpu, op);
  if (first == nullptr) Z_LEAVE;
  Z_GO_ON(first);
}

// Behind the target of an EXECUTE: on to what follows the EXECUTE.
Z_HANDLER run_after_target(Cpu& cpu, const Op*) {
  const Op* const next = cpu.execute_site() + 1;
  Z_GO_ON(next);
}

void run(Cpu& cpu, const Op* first) {
#ifdef Z_DISPATCH_LOOP
  for (const Op* op = first; op != nullptr;) op = handler_of(op)(cpu, op).op;
#else
  handler_of(first)(cpu, first);
#endif
}

}  // namespace

Op fall_through(std::uint16_t page_offset) {
  Op op{};
  op.handler = run_fall_through;
  op.page_offset = page_offset;
  return op;
}

bool is_stale(const Op& op) { return handler_of(&op) == run_stale; }
void make_stale(Op& op) { __atomic_store_n(&op.handler, Handler{run_stale}, __ATOMIC_RELAXED); }

// Null: an exception was recognised while fetching the instruction.
const Op* Cpu::find_first_op() {
  for (;;) {
    const Op* const known = map_.find(psw.ia, circumstances_);
    if (known != nullptr && !is_stale(*known)) return known;
    if ((psw.ia & 1) != 0) {
      program_interruption(Pic::specification);
      return nullptr;
    }
    const auto host = locate_fetch(fetch_context_, psw.ia, 2);
    if (!host) return nullptr;
    const std::uint64_t frame = frame_at(host.value());
    if (const Op* const first = decode_first_op(frame * z::page_size + psw.ia % z::page_size)) return first;
    if (exception_.code != Pic::none) return nullptr;
  }
}

// Null without exception: the frame changed under our eyes, look again.
const Op* Cpu::decode_first_op(std::uint64_t absolute) {
  const std::uint64_t frame = absolute / z::page_size;
  CodePage& page = blocks_.open_page(frame);
  if (!page.ready.load(std::memory_order_acquire)) {
    // Others may have asked this CPU to drop translations meanwhile: translate again.
    configuration_.revoke_writers(page, frame);
    return nullptr;
  }
  if (blocks_.wants_reclaim()) attention_.post(Attention::reclaim);
  const Block* const block =
      blocks_.find_or_decode(page, absolute, block_mode());
  if (block == nullptr) return nullptr;
  if (block->count == 0) return prepare_single();
  if (!blocks_.is_cut(absolute)) map_.remember(psw.ia, circumstances_, block->ops.get());
  return block->ops.get();
}

// A branch to a place in its own page may go there straight from now on: it stays in the space and the mode that it is in.
void Cpu::link(const Op* branch, std::uint64_t target) {
  const ProgramInterruption recorded = exception_;
  if (const auto code = locate_fetch(fetch_context_, target, 2)) blocks_.link(frame_at(code.value()), *branch, target % z::page_size);
  exception_ = recorded;
}

// The instruction at psw.ia alone, decoded afresh: one that crosses a page, or a single step.
const Op* Cpu::prepare_single() {
  std::array<std::uint8_t, 6> text{};
  const auto first = fetch_in<std::uint8_t>(fetch_context_, psw.ia);
  if (!first) return nullptr;
  const unsigned length = instruction_length(first.value());
  if (!fetch_bytes_in(fetch_context_, psw.ia, std::as_writable_bytes(std::span{text}.first(length)))) return nullptr;
  const auto mode = block_mode();
  if (mode.access_registers) select_space(storage_register(text));
  decode_instruction(text, mode, single_[0]);
  single_text_ = text;
  single_[0].page_offset = psw.ia % z::page_size;
  single_[1] = fall_through(static_cast<std::uint16_t>(psw.ia % z::page_size + length));
  return single_.data();
}

// PoP ch. 7, "EXECUTE". The target borrows place and length of the EXECUTE, so that its ILC and the address that an
// interruption stores are right; relative operands count from the target itself.
const Op* Cpu::prepare_execute(const Op& execute, std::uint64_t target) {
  if ((target & 1) != 0) {
    program_interruption(Pic::specification);
    return nullptr;
  }
  std::array<std::uint8_t, 8> text{};  // two spare bytes make it a doubleword
  const auto first = fetch_in<std::uint8_t>(fetch_context_, target);
  if (!first) return nullptr;
  const unsigned length = instruction_length(first.value());
  if (!fetch_bytes_in(fetch_context_, target, std::as_writable_bytes(std::span{text}.first(length)))) return nullptr;
  if (execute.r1 != 0) text[1] |= static_cast<std::uint8_t>(gr_[execute.r1]);
  if (is_execute(text)) {
    program_interruption(Pic::execute);
    return nullptr;
  }
  const auto mode = block_mode();
  const std::uint64_t identity = (z::be64::load(text.data()) | mode.bits()) + (1 << 8);
  ExecuteTarget& known = execute_targets_[(identity >> 16 ^ identity >> 32 ^ identity >> 44) % execute_targets_.size()];
  if (known.text != identity) {
    std::array<std::uint8_t, 6> exact;
    std::copy_n(text.begin(), 6, exact.begin());
    decode_instruction(exact, mode, known.op);
    known.text = identity;
    known.relative = has_relative_operand(exact);
    known.storage_register = storage_register(exact);
  }
  if (mode.access_registers) select_space(known.storage_register);
  execute_site_ = &execute;
  execute_target_length_ = known.op.length();
  scratch_[0] = known.op;
  scratch_[0].page_offset = execute.page_offset;
  scratch_[0].m4_length = static_cast<std::uint8_t>((known.op.m4_length & 0xF0) | execute.length());
  if (known.relative) scratch_[0].imm += static_cast<std::int64_t>(target - instruction_address(execute));
  scratch_[1].handler = run_after_target;
  return scratch_.data();
}

// The EXECUTE is still as it was when it computed the address of its target.
std::uint64_t Cpu::behind_text(const Op& op) const {
  if (!is_target_of_execute(op)) return next_instruction_address(op);
  const bool is_relative = execute_site_->length() == 6;
  const std::uint64_t target = is_relative ? relative(*execute_site_) : operand2(*execute_site_);
  return wrap(target + execute_target_length_);
}

// An exception while an instruction is fetched: what its length would be is unknown, two bytes are allowed
// (PoP ch. 6, "ILC on Instruction-Fetching Exceptions").
void Cpu::finish_run() {
  if (left_with_ != Step::interrupted) return;
  if (supervisor_call_pending_) interrupt_supervisor_call();
  else interrupt_program();
}

void Cpu::run_to_its_end(const Op* first) {
  left_with_ = Step::next;
  psw_loaded_ = has_branched_ = false;
  if (first == nullptr) {
    instruction_length_code_ = 2;
    left_with_ = Step::interrupted;
  } else {
    attention_.renew_horizon();
    enter_block(first);
    run(*this, first);
  }
}

void Cpu::run_from(const Op* first) {
  run_to_its_end(first);
  finish_run();
}

// Blocks, unless every instruction is to be looked at.
void Cpu::run_next() {
  if (is_per_on()) {
    run_recorded();
  } else {
    const Op* const first = find_first_op();
    if (debug_ != nullptr) debug_->watched.reset();  // what was fetched is an instruction, not data
    run_from(first);
  }
  if (transaction_) run_transaction();
}

// A deadline that has passed keeps the engine from going on behind the instruction. A transaction is done as a whole.
void Cpu::run_single() {
  const std::uint64_t deadline = attention_.deadline();
  attention_.set_deadline(0);
  if (is_per_on()) {
    run_recorded();
  } else {
    run_one_to_its_end();
    finish_run();
  }
  if (transaction_) run_transaction();
  if (attention_.deadline() == 0) attention_.set_deadline(deadline);
}

void Cpu::execute_one() {
  enter_guest();
  run_single();
  recheck_stores();
  leave_guest();
}

void Cpu::execute_until_attention() {
  while (!attention_.any()) {
    if (recheck_ && !settle()) return;
    run_next();
    if (instruction_count() >= attention_.deadline()) meet_deadline();
  }
}

// Takes what interruptions there are. False: the CPU now waits.
bool Cpu::settle() {
  recheck_ = false;
  while (!attention_.any()) {
    if (!psw.is_valid()) {
      // PoP ch. 6, "Early Exception Recognition": the PSW is stored as it was loaded.
      program_interruption(Pic::specification);
      instruction_length_code_ = 0;
      interrupt_program();
    } else if (!take_interruption()) {
      break;
    }
  }
  if (attention_.any()) recheck_ = true;
  return !psw.wait;
}

void Cpu::enter_guest() {
  configuration_.enter_beside_others(*this);
  executing_.store(true, std::memory_order_seq_cst);
  if (const auto generation = blocks_.generation(); generation != forgotten_.load(std::memory_order_relaxed)) {
    map_.clear();
    forgotten_.store(generation, std::memory_order_seq_cst);
  }
  apply_purges();
}

// The block that the instruction stands in stays: to leave the guest altogether would let go of it.
void Cpu::wait_for_attention() {
  safepoint_.leave();
  sleep_until_attention_or_timer();
  configuration_.enter_beside_others(*this);
  apply_purges();
}

void Cpu::leave_guest() {
  executing_.store(false, std::memory_order_seq_cst);
  safepoint_.leave();
}

void Cpu::apply_purges() {
  for (const Purge& purge : safepoint_.take()) purge_own(purge);
  if (tlb_.is_nearly_exhausted()) purge_own({Purge::Kind::all});
  safepoint_.done();
}

void Cpu::purge_own(Purge purge) {
  switch (purge.kind) {
    case Purge::Kind::all: tlb_.purge(); break;
    case Purge::Kind::host_page: tlb_.purge_host_page(storage_.host(z::start_of(z::FrameIndex{purge.value}))); break;
    case Purge::Kind::writes: tlb_.purge_writes(); return;
    case Purge::Kind::page_index: tlb_.purge_page_index(purge.value); break;
  }
  forget_blocks();
  renew_contexts();
}

}  // namespace cpu
