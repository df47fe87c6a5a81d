#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "cpu/access.h"
#include "cpu/host_access.h"
#include "cpu/interruption_codes.h"
#include "cpu/op.h"
#include "cpu/psw.h"
#include "cpu/step.h"
#include "cpu/tlb.h"

namespace cpu {

class Configuration;
class Environment;
class Storage;

// One CPU as its instructions see it. Everything here belongs to the CPU's own thread; other threads go through
// Configuration.
class Cpu {
 public:
  Psw psw;              // after changing a field other than `ia` and `program_mask`, call psw_changed()
  std::uint8_t cc = 0;  // PSW bits 18-19
  std::uint32_t fpc = 0;

  // Registers. gr(16) is always 0: the decoder names it where base or index 0 stands.
  std::uint64_t& gr(unsigned n) { return gr_[n]; }
  std::uint64_t gr(unsigned n) const { return gr_[n]; }
  std::uint32_t gr32(unsigned n) const { return static_cast<std::uint32_t>(gr_[n]); }
  void set_gr32(unsigned n, std::uint32_t value) { gr_[n] = (gr_[n] & 0xFFFF'FFFF'0000'0000) | value; }
  std::uint32_t high32(unsigned n) const { return static_cast<std::uint32_t>(gr_[n] >> 32); }
  void set_high32(unsigned n, std::uint32_t value) { gr_[n] = gr32(n) | static_cast<std::uint64_t>(value) << 32; }
  std::uint32_t& ar(unsigned n) { return ar_[n]; }
  std::uint64_t& cr(unsigned n) { return cr_[n]; }  // after changing one, call control_registers_changed()
  std::uint64_t cr(unsigned n) const { return cr_[n]; }
  std::uint64_t& fpr(unsigned n) { return fpr_[n]; }
  bool has_cr0_bit(unsigned bit) const { return cr_[0] >> (63 - bit) & 1; }

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
    const TlbEntry& entry = tlb_.entry(address);
    if (((address & page_mask) | context_) == entry.read) [[likely]] return entry.host(address);
    return host_fetch_slow(context_, address, length);
  }
  Access<std::byte*> host_store(std::uint64_t address, std::uint64_t length) {
    const TlbEntry& entry = tlb_.entry(address);
    if (((address & page_mask) | context_) == entry.write) [[likely]] return entry.host(address);
    return host_store_slow(context_, address, length);
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
  Step program_interruption(Pic code, std::uint8_t dxc = 0);
  void leave_with(Step step) { left_with_ = step; }

  void psw_changed();
  void control_registers_changed();

  Environment& environment();
  Storage& storage();
  Configuration& configuration();
  std::uint16_t address() const;

 private:
  Access<std::byte*> host_fetch_slow(Context context, std::uint64_t address, std::uint64_t length);
  Access<std::byte*> host_store_slow(Context context, std::uint64_t address, std::uint64_t length);
  // Operands that cross a page or have no tag.
  Access<std::uint64_t> fetch_slow(Context context, std::uint64_t address, unsigned length);
  Access<> store_slow(Context context, std::uint64_t address, std::uint64_t value, unsigned length);

  std::array<std::uint64_t, 17> gr_{};
  std::uint64_t address_mask_ = address_mask(AddressingMode::a24);
  Context context_ = 0;               // of operands
  std::uint64_t page_address_ = 0;    // of the block being executed
  Step left_with_ = Step::next;
  std::array<std::uint32_t, 16> ar_{};
  std::array<std::uint64_t, 16> cr_{};
  std::array<std::uint64_t, 16> fpr_{};
  Tlb tlb_;
};

template <class T>
inline Access<T> Cpu::fetch_in(Context context, std::uint64_t address) {
  const TlbEntry& entry = tlb_.entry(address);
  if ((((address + (sizeof(T) - 1)) & page_mask) | context) == entry.read) [[likely]]
    return cpu::host_load<T>(entry.host(address));
  const auto slow = fetch_slow(context, address, sizeof(T));
  if (!slow) return Access<T>::refused();
  return static_cast<T>(slow.value());
}

template <class T>
inline Access<> Cpu::store_in(Context context, std::uint64_t address, T value) {
  const TlbEntry& entry = tlb_.entry(address);
  if ((((address + (sizeof(T) - 1)) & page_mask) | context) == entry.write) [[likely]] {
    cpu::host_store<T>(entry.host(address), value);
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
