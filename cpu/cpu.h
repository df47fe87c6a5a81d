#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "cpu/access.h"
#include "cpu/attention.h"
#include "cpu/block_cache.h"
#include "cpu/block_mode.h"
#include "cpu/block_map.h"
#include "cpu/dat.h"
#include "cpu/debug.h"
#include "cpu/external.h"
#include "cpu/guarded_storage.h"
#include "cpu/host_access.h"
#include "cpu/interruption_codes.h"
#include "cpu/op.h"
#include "cpu/per.h"
#include "cpu/program_interruption.h"
#include "cpu/psw.h"
#include "cpu/safepoint.h"
#include "cpu/step.h"
#include "cpu/timers.h"
#include "cpu/tlb.h"
#include "cpu/transaction.h"

namespace cpu {

class Configuration;
class Environment;
class Storage;
enum class AccessType : std::uint8_t;

// 128 bits; bit 0 is the leftmost of `high` (PoP ch. 21, "Vector Registers"). The halves stand as the host has them in a
// 128-bit integer, so that elements of any size are in line (vector_elements.h).
struct alignas(16) VectorRegister {
  constexpr VectorRegister() = default;
  constexpr VectorRegister(std::uint64_t high_half, std::uint64_t low_half) : low(low_half), high(high_half) {}
  std::uint64_t low = 0, high = 0;
  bool operator==(const VectorRegister&) const = default;
};

// What access-register translation finds.
struct AddressSpaceChoice {
  std::uint64_t asce = 0;
  bool fetch_only = false;
};

enum class CpuState : std::uint8_t { stopped, operating, load, check_stop };

// One CPU as its instructions see it. Everything here belongs to the CPU's own thread, or to whoever holds the CPU
// stopped or paused through its Configuration; what others may call says so.
class Cpu {
 public:
  Cpu(Configuration& configuration, std::uint16_t address);
  Cpu(const Cpu&) = delete;
  Cpu& operator=(const Cpu&) = delete;

  Psw psw;              // after changing a field other than `ia` and `program_mask`, call psw_changed()
  std::uint8_t cc = 0;  // PSW bits 18-19
  std::uint32_t fpc = 0;

  // Registers. gr(16) is always 0: the decoder names it where base or index 0 stands.
  std::uint64_t& gr(unsigned n) { return gr_[n]; }
  std::uint64_t gr(unsigned n) const { return gr_[n]; }
  std::uint32_t gr32(unsigned n) const { return static_cast<std::uint32_t>(gr_[n]); }
  void set_gr32(unsigned n, std::uint32_t value) { gr_[n] = kept(high32(n)) << 32 | value; }
  std::uint32_t high32(unsigned n) const { return static_cast<std::uint32_t>(gr_[n] >> 32); }
  void set_high32(unsigned n, std::uint32_t value) { gr_[n] = kept(gr32(n)) | static_cast<std::uint64_t>(value) << 32; }
  // What stays of a register when a part of it is replaced. The whole register is stored then, which the compiler would
  // narrow to the part: whoever reads all of it soon after would wait for the narrow store to reach the host's cache.
  static std::uint64_t kept(std::uint64_t bits) {
    asm("" : "+r"(bits));
    return bits;
  }
  std::uint32_t& ar(unsigned n) { return ar_[n]; }
  std::uint64_t& cr(unsigned n) { return cr_[n]; }  // after changing one, call control_registers_changed()
  std::uint64_t cr(unsigned n) const { return cr_[n]; }
  // Vector registers; floating-point register n is the left half of vector register n, n < 16.
  VectorRegister& vr(unsigned n) { return vr_[n]; }
  std::uint64_t& fpr(unsigned n) { return vr_[n].high; }
  bool has_cr0_bit(unsigned bit) const { return cr_[0] >> (63 - bit) & 1; }
  bool has_afp_registers() const { return has_cr0_bit(45); }

  // Addresses (PoP ch. 5, "Address Generation").
  std::uint64_t wrap(std::uint64_t address) const { return address & address_mask_; }
  std::uint64_t operand1(const Op& op) const { return wrap(gr_[op.b1] + static_cast<std::int64_t>(op.d1)); }
  std::uint64_t operand2(const Op& op) const {
    return wrap(gr_[op.b2] + gr_[op.r2] + static_cast<std::int64_t>(op.d2));
  }
  std::uint64_t operand2_rs(const Op& op) const { return wrap(gr_[op.b2] + static_cast<std::int64_t>(op.d2)); }
  std::uint64_t instruction_address(const Op& op) const { return page_address_ | op.page_offset; }
  std::uint64_t next_instruction_address(const Op& op) const {
    return wrap((page_address_ | op.page_offset) + op.length());
  }
  std::uint64_t relative(const Op& op) const { return wrap(instruction_address(op) + op.imm); }

  // Operands in storage, logical addresses, big-endian there and host integers here.
  template <class T>
  Access<T> fetch(std::uint64_t address) { return fetch_in<T>(context_, address); }
  template <class T>
  Access<> store(std::uint64_t address, T value) { return store_in<T>(context_, address, value); }

  // Up to 4096 bytes, crossing at most one page boundary; nothing is moved when any byte is refused.
  Access<> fetch_bytes(std::uint64_t address, std::span<std::byte> to) { return fetch_bytes_in(context_, address, to); }
  Access<> store_bytes(std::uint64_t address, std::span<const std::byte> from) {
    return store_bytes_in(context_, address, from);
  }
  Access<> probe_fetch(std::uint64_t address, std::uint64_t length) { return probe_fetch_in(context_, address, length); }
  Access<> probe_store(std::uint64_t address, std::uint64_t length) { return probe_store_in(context_, address, length); }

  // Host address of an operand that lies in one page; valid until the instruction ends.
  Access<std::byte*> host_fetch(std::uint64_t address, std::uint64_t length) {
    return host_fetch_in(context_, address, length);
  }
  Access<std::byte*> host_store(std::uint64_t address, std::uint64_t length) {
    return host_store_in(context_, address, length);
  }

  // Interlocked updates. The caller has checked the alignment.
  template <class T>
  Access<T> compare_and_swap(std::uint64_t address, T expected, T desired);
  // Replaces the value v found by f(v) and returns v. An unaligned operand is updated without interlock.
  template <class T, class F>
  Access<T> interlocked_update(std::uint64_t address, F f);

  // The same in another space or with another key than the PSW's.
  Context context_of(AddressSpace space, std::uint8_t key);
  Context real_context(std::uint8_t key);
  Context with_key(Context context, std::uint8_t key);
  // Where an operand lies that is designated by this base or general register: an instruction of two or more storage
  // operands asks for each. In the access-register mode it is the space that the access register tells; for one operand
  // the decoder has selected it already.
  Context context() const { return context_; }  // of the one operand, and of all outside of the access-register mode
  Context alet_space(std::uint32_t alet) { return context_of_alet(alet, 0); }
  Context space_of(unsigned n) { return psw.as != AddressSpace::access_register ? context_ : access_register_context(n); }
  Context access_register_space(unsigned n) { return access_register_context(n); }  // whatever the PSW says
  void select_space(unsigned n) { context_ = access_register_context(n); }
  Context primary_context() { return context_of(AddressSpace::primary, psw.key); }
  // PoP ch. 5, "Access-Register Translation" of an ALET.
  std::expected<AddressSpaceChoice, Pic> translate_alet(std::uint32_t alet, std::uint16_t extended_authorization);
  std::expected<std::uint64_t, Pic> operand_asce(unsigned access_register);
  Access<std::byte*> host_fetch_in(Context context, std::uint64_t address, std::uint64_t length) {
    if (((address & page_mask) | context) == tlb_.read_tag(address)) [[likely]] return tlb_.host(address);
    return host_fetch_slow(context, address, length);
  }
  Access<std::byte*> host_store_in(Context context, std::uint64_t address, std::uint64_t length) {
    if (((address & page_mask) | context) == tlb_.write_tag(address)) [[likely]] return tlb_.host(address);
    return host_store_slow(context, address, length);
  }
  template <class T>
  Access<T> fetch_in(Context context, std::uint64_t address);
  template <class T>
  Access<> store_in(Context context, std::uint64_t address, T value);
  Access<> fetch_bytes_in(Context context, std::uint64_t address, std::span<std::byte> to);
  Access<> store_bytes_in(Context context, std::uint64_t address, std::span<const std::byte> from);
  Access<> probe_fetch_in(Context context, std::uint64_t address, std::uint64_t length);
  Access<> probe_store_in(Context context, std::uint64_t address, std::uint64_t length);

  // Ends of instructions.
  Step branch(std::uint64_t target) {
    psw.ia = wrap(target);
    return Step::branched;
  }
  Step program_interruption(Pic code, std::uint8_t dxc = 0) { return raise({.code = code, .dxc = dxc}); }
  Step raise(const ProgramInterruption& exception) {
    exception_ = exception;
    return Step::interrupted;
  }
  // A relative branch that is linked to its target: that operation, or null when something asks for attention.
  const Op* jump_in_page(const Op* op, std::int32_t operations) {
    const Op* const target = op + operations;
    breaking_event_ = instruction_address(*op);
    const std::uint64_t retired = count(op + 1);
    block_first_ = target;
    if (!attention_.is_reached(retired)) [[likely]] return target;
    psw.ia = instruction_address(*target);
    return nullptr;
  }
  Step supervisor_call(std::uint8_t number);
  void leave_with(Step step) { left_with_ = step; }  // for the handlers
  // The exception recorded by a refused access, for instructions that go on without it (TPROT, MVCOS, ...).
  ProgramInterruption take_exception() { return std::exchange(exception_, {}); }

  // The PSW as a whole, instruction address included: the instruction that does it returns Step::refetch.
  Step load_psw(PswImage image);
  // The same as a branch does it: for the breaking-event address and for program-event recording.
  Step branch_to_psw(const Op& op, PswImage image);
  PswImage psw_image() const { return psw.image(cc); }
  void psw_changed();
  BlockMode block_mode() const;
  void control_registers_changed();

  // Real and absolute storage of this CPU.
  std::uint32_t prefix() const { return prefix_; }
  void set_prefix(std::uint32_t prefix);
  z::AbsoluteAddress absolute(z::RealAddress real) const;
  // LOAD REAL ADDRESS and its like: translation without access.
  std::expected<Translation, TranslationFault> translate_operand(std::uint64_t asce, std::uint64_t address) const;
  std::uint64_t asce_of(AddressSpace space) const;
  // Condition code of TEST PROTECTION; refused for exceptions that it does not turn into a code.
  Access<std::uint8_t> test_protection(Context context, std::uint64_t address);
  // Host address in absolute storage for an update that is no operand access: table entries, cleared frames.
  Access<std::byte*> absolute_store(z::AbsoluteAddress at, std::uint64_t length);

  // Clocks.
  z::TodClock tod() const;
  MachineTime machine_time() const;
  Timers& timers() { return timers_; }
  void check_timers();  // after setting one: is it due, and when will it be
  std::uint32_t& tod_programmable() { return tod_programmable_; }
  std::uint64_t& program_parameter() { return program_parameter_; }
  GuardedStorage& guarded_storage() { return guarded_storage_; }
  Model model() const;

  // Counters, readable on any thread.
  std::uint64_t instruction_count() const { return retired_.load(std::memory_order_relaxed); }

  // Translations of all CPUs of the configuration (PTLB, IPTE, ...): returns when none of them uses the old ones.
  void purge_own(Purge purge);

  // Execution.
  const Op* prepare_execute(const Op& execute, std::uint64_t target);  // null: exception recorded
  const Op* execute_site() const { return execute_site_; }
  bool is_target_of_execute(const Op& op) const { return &op == scratch_.data(); }
  // What follows the instruction in storage, which for a target of EXECUTE is elsewhere; and the space that instructions are in.
  std::uint64_t behind_text(const Op& op) const;
  Context instruction_context() const { return fetch_context_; }
  void execute_one();  // one instruction and the interruption it ends in, if any; for tests and stepping
  void execute_until_attention();
  // Null: nobody debugs this CPU.
  DebugState* debug_state() { return debug_.get(); }

  // Transactional execution; null: not in a transaction.
  Transaction* transaction() { return transaction_.get(); }
  void begin_transaction(Transaction transaction);
  void commit_transaction();
  // Program-event recording of STORE USING REAL ADDRESS.
  void note_store_using_real_address();
  // A switch of spaces that no ASCE asks to be told of; a PER event makes it one to be told of.
  void note_space_switch(std::uint64_t translation_exception) { unasked_space_switch_ = translation_exception; }

  // Interruptions; each of the take_* is asked only when nothing else is pending in front of it.
  bool take_interruption();
  std::uint64_t breaking_event_address() const { return breaking_event_; }
  void set_breaking_event_address(std::uint64_t address) { breaking_event_ = address; }
  void interrupt_restart();
  // For an instruction of the environment that cannot go on before something else has happened: returns when there is something
  // to look at, and the instruction then ends with Step::repeat. Meanwhile this CPU holds nobody up.
  void wait_for_attention();
  bool has_pending_exception() const { return exception_.code != Pic::none || supervisor_call_pending_; }

  // Resets (PoP ch. 4, "Resets"); the CPU is stopped.
  void reset();
  void initial_reset();
  void clear_reset();
  // PoP ch. 4, "Store Status": 512 bytes at an absolute address, as at location 4608.
  void store_status(z::AbsoluteAddress at);

  // Any thread.
  Attention& attention() { return attention_; }
  PendingExternal& external() { return external_; }
  Safepoint& safepoint() { return safepoint_; }
  CpuState state() const { return state_.load(std::memory_order_acquire); }
  bool is_waiting() const { return waiting_.load(std::memory_order_acquire); }
  std::uint16_t address() const { return address_; }
  Configuration& configuration() { return configuration_; }
  Environment& environment() { return environment_; }
  Storage& storage() { return storage_; }

 private:
  friend class Configuration;
  friend class CpuThread;
  friend struct Engine;

  Access<std::byte*> host_fetch_slow(Context context, std::uint64_t address, std::uint64_t length);
  Access<std::byte*> host_store_slow(Context context, std::uint64_t address, std::uint64_t length);
  Access<std::byte*> locate_fetch(Context context, std::uint64_t address, std::uint64_t length);
  Access<std::byte*> locate_store(Context context, std::uint64_t address, std::uint64_t length);
  // Operands that cross a page or have no tag.
  Access<std::uint64_t> fetch_slow(Context context, std::uint64_t address, unsigned length);
  Access<> store_slow(Context context, std::uint64_t address, std::uint64_t value, unsigned length);
  // Fill the TLB entry; the answer is the host address though no tag may have been given.
  Access<std::byte*> fill_fetch(Context context, std::uint64_t address, std::uint64_t length);
  Access<std::byte*> fill_store(Context context, std::uint64_t address, std::uint64_t length);
  struct Located {
    std::uint64_t absolute;
    std::uint8_t key;  // that protects it
    bool dat_protected;
  };
  enum class ProtectedBy : std::uint8_t { low_address, key, access_list, dat, instruction_execution };
  std::uint64_t teid_of(ProtectedBy cause) const;
  TranslationOptions translation_options() const;
  Access<Located> locate(Context context, std::uint64_t address, AccessType type);
  bool is_low_protected(Context context, std::uint64_t address, std::uint64_t length) const;
  bool is_private(Context context) const;
  void refuse(Context context, std::uint64_t address, AccessType type, Pic code, std::uint64_t teid_bits = 0);
  std::uint64_t frame_at(const std::byte* host) const;

  Context intern(const ContextMeaning& meaning);
  Context access_register_context(unsigned n);
  Context context_of_alet(std::uint32_t alet, unsigned access_register);
  void renew_contexts();
  void renew_circumstances();
  void forget_blocks() {
    ++map_generation_;
    renew_circumstances();
  }
  void apply_purges();
  void recheck_stores();

  void execute_debugged();
  void stop_for_debugger(const DebugStop& stop);
  void note_watched(std::uint64_t address, std::uint64_t length, bool is_store);

  const Op* find_first_op();
  const Op* decode_first_op(std::uint64_t absolute);
  void link(const Op* branch, std::uint64_t target);
  const Op* prepare_single();
  void enter_guest();
  void leave_guest();
  void run_from(const Op* first);
  void run_to_its_end(const Op* first);  // without the interruption that it may end in
  void run_next();

  // Instructions one by one: monitored_execution.cpp.
  bool is_per_on() const;
  bool has_per_control(std::uint32_t control) const;
  bool is_in_per_range(std::uint64_t address) const;
  bool has_branch_event() const;
  void note_zero_address();
  void watch_store(const ContextMeaning& meaning, std::uint64_t address, std::byte* host, std::uint64_t length);
  bool records_events() const;
  void run_recorded();
  bool run_one_recorded();
  void add_events(std::uint64_t earlier_branch, bool fetched_in_range);
  void run_one_to_its_end();
  void interrupt_for_event(unsigned length);
  void run_transaction();
  void run_in_transaction(std::uint64_t at);
  std::optional<AbortCode> refuses_next_instruction();
  void abort_for_exception(std::uint64_t at);
  void abort_for_event(std::uint64_t at);
  void abort_transaction(AbortCode code, std::uint64_t at);
  void end_transaction(AbortCode code, std::uint64_t at, const ProgramInterruption& exception);
  static std::uint8_t condition_of(AbortCode code);
  void run_single();
  void finish_run();
  bool settle();
  void enter_block(const Op* first) {
    page_address_ = psw.ia & page_mask;
    block_first_ = first;
  }
  const Op* site_of(const Op* op) const { return op == scratch_.data() ? execute_site_ : op; }
  // Instructions of the block up to `end` are done. Returns how many it makes in all.
  std::uint64_t count(const Op* end) {
    const std::uint64_t retired = instruction_count() + static_cast<std::uint64_t>(end - block_first_);
    retired_.store(retired, std::memory_order_relaxed);
    return retired;
  }

  void interrupt_program();
  void interrupt_supervisor_call();
  bool take_machine_check();
  bool take_external();
  bool take_io();
  void interrupt_external(ExternalCode code, std::uint16_t cpu_address);
  void swap_psw(std::uint64_t old_at, std::uint64_t new_at);
  template <class T>
  void store_low(std::uint64_t real, T value);
  void store_low_bytes(std::uint64_t real, std::span<const std::byte> bytes);
  void meet_deadline();
  void sleep_until_attention_or_timer();
  z::Nanoseconds until_host_timer() const;  // Timing::host: how long a CPU that waits may sleep
  bool skip_to_next_timer();  // Timing::instructions: true when time was moved instead of waiting
  void set_state(CpuState state);
  void set_waiting(bool waiting);

  // What almost every instruction touches comes first.
  std::array<std::uint64_t, 17> gr_{};
  std::uint64_t address_mask_ = cpu::address_mask(AddressingMode::a24);
  Context context_ = 0;             // of operands
  std::uint64_t page_address_ = 0;  // of the block being executed
  const Op* block_first_ = nullptr;
  Attention attention_;
  Step left_with_ = Step::next;
  bool psw_loaded_ = false;  // the instruction that left has set psw.ia
  bool has_branched_ = false;  // ... as a branch does
  bool recheck_ = true;      // enablement may have changed: look for interruptions before going on
  std::uint64_t circumstances_ = 0;    // what a remembered block depends on: fetch context, mode, map generation
  std::uint64_t breaking_event_ = 0;
  std::atomic<std::uint64_t> retired_{0};
  Tlb tlb_;
  BlockMap map_;

  std::array<std::uint32_t, 16> ar_{};
  std::array<std::uint64_t, 16> cr_{};
  std::array<VectorRegister, 32> vr_{};
  std::uint64_t cr0_of_tags_ = 0;  // as it was when the TLB was last empty
  std::uint32_t prefix_ = 0;
  std::uint32_t tod_programmable_ = 0;
  std::uint64_t program_parameter_ = 0;  // LOAD PROGRAM PARAMETER
  GuardedStorage guarded_storage_;
  Timers timers_;
  bool comparator_due_ = false, cpu_timer_due_ = false;
  z::Nanoseconds host_timer_due_ = z::Nanoseconds::max();  // Timing::host: when the next of them is due

  Context fetch_context_ = 0;  // of instructions
  std::uint64_t map_generation_ = 0;

  std::array<std::uint64_t, 3> per_controls_of_tags_{};  // CR9-11 as they were when the TLB was last empty
  PerEvent per_event_;                                   // of the instruction being executed
  std::optional<std::uint64_t> unasked_space_switch_;    // likewise: its translation-exception identification
  std::unique_ptr<Transaction> transaction_;

  ProgramInterruption exception_;
  unsigned instruction_length_code_ = 0;  // of the exception or supervisor call, in bytes
  bool supervisor_call_pending_ = false;
  std::uint8_t supervisor_call_number_ = 0;

  const Op* execute_site_ = nullptr;  // the EXECUTE whose target is in scratch_
  unsigned execute_target_length_ = 0;
  std::array<Op, 2> scratch_{};
  std::array<std::uint8_t, 6> single_text_{};
  std::array<Op, 2> single_{};  // an instruction that crosses a page, or a single step
  struct ExecuteTarget {
    std::uint64_t text = 0;  // six bytes and the mode, plus one; 0: none
    Op op;
    bool relative = false;
    std::uint8_t storage_register = 16;
  };
  std::array<ExecuteTarget, 64> execute_targets_{};

  // Ranges of code frames that got a host pointer for storing: looked at again when the instruction has surely ended.
  struct StoredRange {
    std::uint64_t frame, offset, length;
  };
  std::vector<StoredRange> stored_ranges_;

  std::unique_ptr<DebugState> debug_;

  PendingExternal external_;
  Safepoint safepoint_{attention_};
  std::atomic<bool> executing_{false};  // may be in a block or remember one
  std::atomic<std::uint64_t> forgotten_{0};  // generation of the block cache whose dead are forgotten here
  std::atomic<CpuState> state_{CpuState::stopped};
  std::atomic<bool> waiting_{false};

  Configuration& configuration_;
  Environment& environment_;
  Storage& storage_;
  BlockCache& blocks_;
  const std::uint16_t address_;
};

template <class T>
inline Access<T> Cpu::fetch_in(Context context, std::uint64_t address) {
  if ((((address + (sizeof(T) - 1)) & page_mask) | context) == tlb_.read_tag(address)) [[likely]]
    return cpu::host_load<T>(tlb_.host(address));
  const auto slow = fetch_slow(context, address, sizeof(T));
  if (!slow) return Access<T>::refused();
  return static_cast<T>(slow.value());
}

template <class T>
inline Access<> Cpu::store_in(Context context, std::uint64_t address, T value) {
  if ((((address + (sizeof(T) - 1)) & page_mask) | context) == tlb_.write_tag(address)) [[likely]] {
    cpu::host_store<T>(tlb_.host(address), value);
    return {};
  }
  return store_slow(context, address, value, sizeof(T));
}

template <class T>
inline Access<T> Cpu::compare_and_swap(std::uint64_t address, T expected, T desired) {
  const auto operand = host_store(address, sizeof(T));
  if (!operand) return Access<T>::refused();
  return host_compare_and_swap<T>(operand.value(), expected, desired);
}

template <class T, class F>
inline Access<T> Cpu::interlocked_update(std::uint64_t address, F f) {
  if (address % sizeof(T) != 0) {
    if (const auto both = probe_store(address, sizeof(T)); !both) return Access<T>::refused();
    const auto old = fetch<T>(address);
    if (!old || !store<T>(address, f(old.value()))) return Access<T>::refused();
    return old;
  }
  const auto operand = host_store(address, sizeof(T));
  if (!operand) return Access<T>::refused();
  for (T old = cpu::host_load<T>(operand.value());;) {
    const T found = host_compare_and_swap<T>(operand.value(), old, f(old));
    if (found == old) return old;
    old = found;
  }
}

}  // namespace cpu
