// Instructions one by one: under program-event recording (PoP ch. 4) and in a transaction (PoP ch. 5). Both watch stores, in
// contexts that never get a write tag; ordinary blocks know nothing of either.
#include <algorithm>

#include "cpu/configuration.h"
#include "cpu/cpu.h"
#include "cpu/debug.h"
#include "cpu/decoding.h"
#include "cpu/host_access.h"
#include "cpu/isa/address_registers.h"
#include "cpu/isa/instruction_table.h"
#include "cpu/low_core.h"
#include "cpu/storage.h"

namespace cpu {
namespace {

constexpr std::uint64_t no_branch = ~0ull;

// PoP ch. 5, "Program-Interruption Filtering": by how much the program asked not to be interrupted.
unsigned filtering_needed(Pic code) {
  constexpr unsigned never = 3;
  switch (code) {
    case Pic::data: case Pic::fixed_point_overflow: case Pic::fixed_point_divide: case Pic::decimal_overflow:
    case Pic::decimal_divide: case Pic::hfp_exponent_overflow: case Pic::hfp_exponent_underflow: case Pic::hfp_significance:
    case Pic::hfp_divide: case Pic::hfp_square_root: case Pic::vector_processing: return 1;
    case Pic::protection: case Pic::addressing: case Pic::segment_translation: case Pic::page_translation:
    case Pic::asce_type: case Pic::region_first_translation: case Pic::region_second_translation:
    case Pic::region_third_translation: case Pic::alet_specification: case Pic::alen_translation: case Pic::ale_sequence:
    case Pic::aste_validity: case Pic::aste_sequence: case Pic::extended_authority: return 2;
    default: return never;
  }
}

// PoP ch. 5, "Transaction Diagnostic Block".
namespace block {
constexpr std::size_t size = 256, format = 0, flags = 1, depth = 6, abort_code = 8, instruction_address = 24, access_register = 32,
                      data_exception_code = 33, program_interruption = 36, translation_exception = 40, breaking_event = 48,
                      general_registers = 128;
constexpr std::uint8_t constrained = 0x40;
}  // namespace block

}  // namespace

bool Cpu::is_per_on() const { return psw.per && (static_cast<std::uint32_t>(cr_[9]) & per::all_events) != 0; }
bool Cpu::has_per_control(std::uint32_t control) const { return (static_cast<std::uint32_t>(cr_[9]) & control) != 0; }
bool Cpu::is_in_per_range(std::uint64_t address) const { return cpu::is_in_per_range(cr_[10], cr_[11], address); }

// Called for each range that is about to be stored into, in a watched context.
void Cpu::watch_store(const ContextMeaning& meaning, std::uint64_t address, std::byte* host, std::uint64_t length) {
  if (transaction_) transaction_->keep(host, length);
  if (!records_events() || !has_per_control(per::storage_alteration) || (meaning.real && psw.dat)) return;
  if (has_per_control(per::alteration_space_control) && psw.dat && (meaning.asce & per::storage_alteration_space) == 0) return;
  if (!meets_per_range(cr_[10], cr_[11], address, length)) return;
  per_event_.code |= per::code_of(per::storage_alteration);
  per_event_.mode = static_cast<std::uint8_t>((per_event_.mode & ~3u) | static_cast<unsigned>(meaning.space));
  per_event_.access_register = meaning.access_register;
}

void Cpu::note_store_using_real_address() {
  if (is_per_on() && has_per_control(per::store_using_real_address))
    per_event_.code |= per::code_of(per::storage_alteration | per::store_using_real_address);
}

// PoP ch. 4, "Zero-Address Detection": what the instruction that is about to be executed makes the addresses of its operands of.
void Cpu::note_zero_address() {
  if (model() < Model::zec12) return;
  const Instruction* const instruction = find_instruction(single_text_);
  if (instruction == nullptr) return;
  for (const std::uint8_t n : address_registers(*instruction, single_[0]))
    if (wrap(gr_[n]) == 0) per_event_.code |= per::code_of(per::zero_address);
}

// PoP ch. 4, "PER-Event-Suppression Control".
bool Cpu::records_events() const { return is_per_on() && !(transaction_ && has_per_control(per::suppression_control)); }

// One instruction under program-event recording. False: an event came in front of it.
bool Cpu::run_one_recorded() {
  per_event_ = {.mode = PerEvent::mode_of(psw), .address = psw.ia};
  unasked_space_switch_.reset();
  const bool fetched_in_range = has_per_control(per::instruction_fetching) && is_in_per_range(psw.ia);
  if (fetched_in_range && records_events() && has_per_control(per::fetching_nullification)) {
    per_event_.code = per::code_of(per::instruction_fetching | per::fetching_nullification);
    return false;
  }
  const std::uint64_t earlier_branch = std::exchange(breaking_event_, no_branch);
  run_one_to_its_end();
  add_events(earlier_branch, fetched_in_range);
  return true;
}

// What the instruction that has just ended was, besides the stores that were noted meanwhile.
void Cpu::add_events(std::uint64_t earlier_branch, bool fetched_in_range) {
  const bool branched = breaking_event_ != no_branch && (!psw_loaded_ || has_branched_);
  if (breaking_event_ == no_branch) breaking_event_ = earlier_branch;
  if (branched && has_branch_event()) per_event_.code |= per::code_of(per::successful_branching);
  if (fetched_in_range && left_with_ != Step::repeat) per_event_.code |= per::code_of(per::instruction_fetching);
  if (!records_events()) per_event_.code = 0;
}

void Cpu::run_recorded() {
  const std::uint64_t at = psw.ia;
  if (!run_one_recorded()) return interrupt_for_event(0);
  if (supervisor_call_pending_) {
    // PoP ch. 6, "Priority of Interruptions": supervisor call first.
    const unsigned length = instruction_length_code_;
    finish_run();
    if (per_event_.code != 0) interrupt_for_event(length);
  } else if (left_with_ == Step::interrupted) {
    if (!nullifies(exception_.code)) exception_.per = per_event_;
    finish_run();
  } else if (per_event_.code != 0 && transaction_) {
    abort_for_event(at);
  } else if (per_event_.code != 0) {
    interrupt_for_event(single_[0].length());
  }
}

bool Cpu::has_branch_event() const {
  if (!has_per_control(per::successful_branching)) return false;
  return !has_per_control(per::branch_address_control) || is_in_per_range(psw.ia);
}

// The PSW is already where it must be. PoP ch. 6, "Space-Switch Event": a switch of spaces is one too when there is a PER event.
void Cpu::interrupt_for_event(unsigned length) {
  if (const auto space = std::exchange(unasked_space_switch_, std::nullopt))
    raise({.code = Pic::space_switch_event, .translation_exception = *space, .is_at_next = true, .per = per_event_});
  else
    raise({.code = Pic::per_event, .is_at_next = true, .per = per_event_});
  instruction_length_code_ = length;
  interrupt_program();
}

void Cpu::run_one_to_its_end() {
  const Op* const first = (psw.ia & 1) != 0 ? find_first_op() : prepare_single();
  if (first != nullptr && records_events() && has_per_control(per::zero_address)) note_zero_address();
  if (transaction_) transaction_->begin_instruction();  // what was fetched so far is no operand
  if (debug_ == nullptr) return run_to_its_end(first);
  debug_->watched.reset();  // what was fetched is an instruction, not data
  if (first != nullptr)
    for (InstructionObserver* const each : debug_->observers)
      each->will_execute(*this, std::span{single_text_}.first(first->length()));
  run_to_its_end(first);
  if (first != nullptr)
    for (InstructionObserver* const each : debug_->observers) each->executed(*this);
}

void Cpu::begin_transaction(Transaction transaction) {
  transaction_ = std::make_unique<Transaction>(std::move(transaction));
  renew_contexts();
}

void Cpu::commit_transaction() {
  transaction_.reset();
  renew_contexts();
}

// From behind TRANSACTION BEGIN to its end, or to its abort. Constrained transactions that were aborted for a reason that
// goes away are simply executed again.
void Cpu::run_transaction() {
  configuration_.run_alone(*this, [&] {
    while (transaction_) {
      const std::uint64_t at = psw.ia;
      if (const auto refused = refuses_next_instruction()) {
        abort_transaction(*refused, at);
        break;
      }
      run_in_transaction(at);
    }
  });
}

void Cpu::run_in_transaction(std::uint64_t at) {
  per_event_ = {};
  const bool is_recorded = is_per_on();
  if (is_recorded && !run_one_recorded()) return abort_for_event(at);
  if (!is_recorded) run_one_to_its_end();
  recheck_stores();
  if (left_with_ == Step::interrupted) {
    if (!nullifies(exception_.code)) exception_.per = per_event_;
    return abort_for_exception(at);
  }
  if (!transaction_) {
    if (is_recorded && has_per_control(per::transaction_end)) per_event_.code |= per::code_of(per::transaction_end);
    if (per_event_.code != 0) interrupt_for_event(single_[0].length());
    return;
  }
  if (transaction_->abort_code != AbortCode::none) return abort_transaction(transaction_->abort_code, at);
  if (transaction_->stores_too_much()) return abort_transaction(AbortCode::store_overflow, at);
  const Instruction* const instruction = find_instruction(single_text_);
  if (transaction_->is_constrained() && instruction != nullptr && transaction_->breaks_operand_constraint(*instruction))
    return abort_transaction(AbortCode::restricted_instruction, at);
  if (per_event_.code != 0) abort_for_event(at);
}

std::optional<AbortCode> Cpu::refuses_next_instruction() {
  std::array<std::uint8_t, 6> text{};
  const auto first = fetch_in<std::uint8_t>(fetch_context_, psw.ia);
  if (!first) {
    take_exception();  // the execution meets it again
    return std::nullopt;
  }
  if (!fetch_bytes_in(fetch_context_, psw.ia, std::as_writable_bytes(std::span{text}.first(instruction_length(first.value()))))) {
    take_exception();
    return std::nullopt;
  }
  single_text_ = text;
  const Instruction* const instruction = find_instruction(text);
  if (instruction == nullptr || instruction->since > model()) return std::nullopt;
  if (transaction_->restricts(*instruction, text)) return AbortCode::restricted_instruction;
  const bool is_end = instruction->mnemonic == "TEND";
  if (transaction_->is_constrained() && !transaction_->is_in_reach(psw.ia, instruction_length(text[0])))
    return AbortCode::restricted_instruction;
  if (!is_end && !transaction_->counts_instruction())
    return transaction_->is_constrained() ? AbortCode::restricted_instruction : AbortCode::fetch_overflow;
  return std::nullopt;
}

void Cpu::abort_for_exception(std::uint64_t at) {
  ProgramInterruption exception = take_exception();
  const bool is_filtered = !transaction_->is_constrained() && transaction_->controls().filtering >= filtering_needed(exception.code);
  end_transaction(is_filtered ? AbortCode::filtered_program_interruption : AbortCode::program_interruption, at, exception);
  if (is_filtered) return;
  exception.is_at_next = true;
  exception.in_transaction = true;
  raise(exception);
  interrupt_program();
}

// PoP ch. 4, "Program-Event Recording": an event interrupts, which no transaction outlives. The instruction has been executed, but what
// it did is put back with all else.
void Cpu::abort_for_event(std::uint64_t at) {
  instruction_length_code_ = single_[0].length();
  raise({.code = Pic::per_event, .is_at_next = true, .per = per_event_});
  abort_for_exception(at);
}

// A constrained transaction that does what none may is a program error; other reasons let it begin again.
void Cpu::abort_transaction(AbortCode code, std::uint64_t at) {
  const bool breaks_constraint = transaction_->is_constrained() && code == AbortCode::restricted_instruction;
  if (!breaks_constraint) return end_transaction(code, at, {});
  instruction_length_code_ = instruction_length(single_text_[0]);
  raise({.code = Pic::transaction_constraint});
  abort_for_exception(at);
}

// Storage and registers as at the beginning; the diagnostic block tells why.
void Cpu::end_transaction(AbortCode code, std::uint64_t at, const ProgramInterruption& exception) {
  const std::unique_ptr<Transaction> ended = std::move(transaction_);
  const Transaction::Begin& begin = ended->begin();
  ended->roll_back([&](std::byte* changed, std::size_t length) {
    const std::uint64_t frame = frame_at(changed);
    if (blocks_.page(frame) != nullptr)
      blocks_.stored(frame, static_cast<std::uint64_t>(changed - storage_.host({0})) % z::page_size, length);
  });
  std::array<std::byte, block::size> tdb{};
  const auto put = [&]<class T>(std::size_t offset, T value) { z::Be<T>::store(tdb.data() + offset, value); };
  put(block::format, std::uint8_t{1});
  put(block::flags, begin.constrained ? block::constrained : std::uint8_t{0});
  put(block::depth, static_cast<std::uint16_t>(ended->depth()));
  put(block::abort_code, static_cast<std::uint64_t>(code));
  put(block::instruction_address, at);
  if (exception.code != Pic::none) {
    put(block::access_register, exception.exception_access);
    put(block::data_exception_code, exception.dxc);
    put(block::program_interruption,
        instruction_length_code_ << 16 | static_cast<std::uint32_t>(exception.code) | low_core::transactional_code);
    put(block::translation_exception, exception.translation_exception);
  }
  put(block::breaking_event, breaking_event_);
  for (unsigned n = 0; n < 16; ++n) put(block::general_registers + n * 8, gr_[n]);
  for (unsigned n = 0; n < 16; ++n)
    if ((begin.saved_pairs >> (7 - n / 2) & 1) != 0) gr_[n] = begin.gr[n];
  psw = begin.psw;
  psw_changed();
  // The block was found accessible when the transaction began.
  if (begin.has_diagnostic_block && !store_bytes(begin.diagnostic_block, tdb)) take_exception();
  if (code == AbortCode::program_interruption)
    store_low_bytes(low_core::transaction_diagnostic_block, tdb);
  cc = condition_of(code);
}

// PoP ch. 5, "Transaction Abort Codes": 2, another attempt may succeed; 3, none will.
std::uint8_t Cpu::condition_of(AbortCode code) {
  const auto number = static_cast<std::uint64_t>(code);
  if (number >= 256) return number % 2 == 0 ? 2 : 3;
  return code == AbortCode::program_interruption ? 2 : 3;
}

}  // namespace cpu
