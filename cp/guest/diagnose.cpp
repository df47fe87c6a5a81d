#include "cp/guest/diagnose.h"

#include <algorithm>
#include <array>
#include <thread>

#include "base/be.h"
#include "base/ebcdic.h"
#include "cp/guest/real_storage.h"
#include "cpu/configuration.h"
#include "cpu/cpu.h"
#include "cpu/op.h"

namespace cp {
namespace {

// DIAGNOSE X'00': what one level of CP says of itself.
struct ExtendedIdentification {
  z::EbcdicText<8> system;
  std::array<std::uint8_t, 3> reserved_8;
  std::uint8_t version_code;
  z::be16 longest_machine_check_area;
  z::be16 cpu_address;
  z::EbcdicText<8> userid;
  z::be64 program_products;
  z::be32 time_zone;  // seconds
  std::uint8_t version, release;
  z::be16 service_level;
};
static_assert(sizeof(ExtendedIdentification) == 40);

// DIAGNOSE X'258': the request of a program that wants to hear of pages that are not there.
struct PageReferences {
  z::be16 code, function, doublewords, version;
  z::be64 token, select_mask, compare_mask, reserved;
};
static_assert(sizeof(PageReferences) == 40);

struct Extent {
  z::be64 first, last;
};

template <class Block>
std::span<const std::byte> bytes_of(const Block& block) { return std::as_bytes(std::span{&block, 1}); }

}  // namespace

cpu::Step Diagnose::perform(cpu::Cpu& cpu, const cpu::Op& op, std::uint32_t code) const {
  switch (code) {
    case 0x00: return extended_identification(cpu, op);
    case 0x10: return release_pages(cpu, op);
    case 0x44:
    case 0x9C: std::this_thread::yield(); return cpu::Step::next;  // every virtual CPU has a host thread of its own
    case 0x64: return segments(cpu, op);
    case 0x258: return page_references(cpu, op);
    case 0x260: return storage_configuration(cpu, op);
    default: return cpu.program_interruption(cpu::Pic::specification);
  }
}

// R1: where, R3: how much of it at most; R3 is left with what remains.
cpu::Step Diagnose::extended_identification(cpu::Cpu& cpu, const cpu::Op& op) const {
  const auto room = cpu.gr32(op.r3);
  if (room == 0) return cpu.program_interruption(cpu::Pic::specification);
  constexpr std::uint8_t virtual_machine = 0xFF;
  const ExtendedIdentification all{.system = z::EbcdicText<8>::of("z/VM"),
                                   .reserved_8 = {},
                                   .version_code = virtual_machine,
                                   .longest_machine_check_area = 0,
                                   .cpu_address = cpu.address(),
                                   .userid = z::EbcdicText<8>::of(definition_.userid),
                                   .program_products = 0,
                                   .time_zone = 0,
                                   .version = 6,
                                   .release = 3,
                                   .service_level = 0};
  const auto stored = std::min<std::size_t>(room, sizeof all);
  if (!store_real(cpu, cpu.wrap(cpu.gr(op.r1)), bytes_of(all).first(stored))) return cpu.program_interruption(cpu::Pic::addressing);
  cpu.set_gr32(op.r3, static_cast<std::uint32_t>(room - stored));
  return cpu::Step::next;
}

// From the page that R1 names to the one that R3 names: they are zeros when they are used again.
cpu::Step Diagnose::release_pages(cpu::Cpu& cpu, const cpu::Op& op) const {
  const auto first = cpu.wrap(cpu.gr(op.r1)), last = cpu.wrap(cpu.gr(op.r3));
  if (first % z::page_size != 0 || last % z::page_size != 0 || first > last) return cpu.program_interruption(cpu::Pic::specification);
  if (!is_in_real_storage(cpu, first, last - first + z::page_size)) return cpu.program_interruption(cpu::Pic::addressing);
  static constexpr std::array<std::byte, z::page_size> zeros{};
  for (auto page = first; page <= last; page += z::page_size) store_real(cpu, page, zeros);
  return cpu::Step::next;
}

// Saved segments are not provided: none has the name that is asked for.
cpu::Step Diagnose::segments(cpu::Cpu& cpu, const cpu::Op& op) const {
  constexpr std::uint32_t does_not_exist = 44;
  cpu.set_gr32(op.r3, does_not_exist);
  cpu.cc = 2;
  return cpu::Step::next;
}

// R1: the request, R3: a return code. Every page of a virtual machine is there all the time, so there will be nothing to hear of.
cpu::Step Diagnose::page_references(cpu::Cpu& cpu, const cpu::Op& op) const {
  enum : std::uint16_t { establish = 0, cancel = 1 };
  constexpr std::uint64_t ok = 0;
  const auto at = cpu.wrap(cpu.gr(op.r1));
  PageReferences request{};
  constexpr std::size_t head = offsetof(PageReferences, token);
  if (at % 8 != 0) return cpu.program_interruption(cpu::Pic::specification);
  if (!fetch_real(cpu, at, std::as_writable_bytes(std::span{&request, 1}).first(head))) return cpu.program_interruption(cpu::Pic::addressing);
  if (request.code != 0x258 || request.function > cancel) return cpu.program_interruption(cpu::Pic::specification);
  cpu.gr(op.r3) = ok;
  return cpu::Step::next;
}

cpu::Step Diagnose::storage_configuration(cpu::Cpu& cpu, const cpu::Op& op) const {
  enum : std::uint64_t { highest_addresses = 0x0C, extents = 0x10 };
  const auto last = definition_.storage.value - 1;
  switch (cpu.gr(op.r3)) {
    case highest_addresses:
      cpu.gr(op.r1) = last;
      cpu.gr(op.r3) = last;
      cpu.cc = 0;
      return cpu::Step::next;
    case extents: {
      if (op.r1 % 2 != 0) return cpu.program_interruption(cpu::Pic::specification);
      const auto at = cpu.wrap(cpu.gr(op.r1)), room = cpu.gr(op.r1 + 1U);
      if (at % 16 != 0 || room < sizeof(Extent) || room % sizeof(Extent) != 0) return cpu.program_interruption(cpu::Pic::specification);
      const Extent all{0, last};
      if (!store_real(cpu, at, bytes_of(all))) return cpu.program_interruption(cpu::Pic::addressing);
      cpu.gr(op.r3) = 1;
      cpu.cc = 0;
      return cpu::Step::next;
    }
    default: return cpu.program_interruption(cpu::Pic::specification);
  }
}

}  // namespace cp
