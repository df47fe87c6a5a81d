#include "cpu/control.h"
#include "cpu/instruction.h"
#include "cpu/prefix.h"
#include "cpu/storage.h"
#include "cpu/storage_key.h"

// Storage keys and frames (PoP ch. 10).
namespace cpu {
namespace {

constexpr std::uint64_t megabyte = 1 << 20;

// M3 of SSKE; PFMF has the same controls in its register.
enum KeyControl : unsigned { nonquiescing = 8, reference_bypass = 4, change_bypass = 2, multiple_block = 1 };

struct KeySetting {
  std::uint8_t old;
  bool done;
};

// PoP ch. 10, "SET STORAGE KEY EXTENDED", conditional functions: with a bypass, a key that differs only in bypassed bits
// stays as it is.
KeySetting set_key(Storage& storage, z::FrameIndex frame, std::uint8_t key, unsigned control) {
  const std::uint8_t old = storage.key(frame);
  if ((control & (reference_bypass | change_bypass)) != 0) {
    std::uint8_t compared = storage_key::access_control | storage_key::fetch_protection;
    if ((control & reference_bypass) == 0) compared |= storage_key::reference;
    if ((control & change_bypass) == 0) compared |= storage_key::change;
    if (((old ^ key) & compared) == 0) return {old, false};
  }
  storage.set_key(frame, key);
  return {old, true};
}

// The frame of a real address in a register; the addressing exception is recorded.
Access<z::FrameIndex> frame_of_real(Cpu& cpu, unsigned r) {
  const z::AbsoluteAddress at = cpu.absolute({cpu.wrap(cpu.gr(r))});
  if (cpu.storage().contains(at, 1)) return z::frame_of(at);
  cpu.program_interruption(Pic::addressing);
  return Access<z::FrameIndex>::refused();
}

Access<> clear_frame(Cpu& cpu, z::FrameIndex frame) {
  const auto bytes = cpu.absolute_store(z::start_of(frame), z::page_size);
  if (!bytes) return Access<>::refused();
  z::fill_guest_bytes(bytes.value(), std::byte{}, z::page_size);
  return {};
}

}  // namespace

Z_INSTRUCTION(set_storage_key_extended) {
  const auto key = static_cast<std::uint8_t>(cpu.gr(op.r1) & 0xFE);
  const unsigned control = op.r3 & 7;
  if ((control & multiple_block) != 0 && cpu.has_cr0_bit(cr0::edat)) {
    std::uint64_t address = cpu.wrap(cpu.gr(op.r2)) & page_mask;
    do {
      if (!cpu.storage().contains({address}, 1)) return cpu.program_interruption(Pic::addressing);
      set_key(cpu.storage(), z::frame_of({address}), key, control);
      address = cpu.wrap(address + z::page_size);
      set_address_register(cpu, op.r2, address);
    } while (address % megabyte != 0);
    return Step::next;
  }
  const auto frame = TRY(frame_of_real(cpu, op.r2));
  const KeySetting setting = set_key(cpu.storage(), frame, key, control);
  if ((control & (reference_bypass | change_bypass)) != 0) {
    cpu.gr(op.r1) = (cpu.gr(op.r1) & ~0xFF00ull) | static_cast<std::uint64_t>(setting.old) << 8;
    cpu.cc = setting.done ? 1 : 0;
  }
  return Step::next;
}

Z_INSTRUCTION(insert_storage_key_extended) {
  const auto frame = TRY(frame_of_real(cpu, op.r2));
  cpu.gr(op.r1) = (cpu.gr(op.r1) & ~0xFFull) | (cpu.storage().key(frame) & 0xFE);
  return Step::next;
}

Z_INSTRUCTION(insert_virtual_storage_key) {
  if (!cpu.psw.dat) return cpu.program_interruption(Pic::special_operation);
  if (!has_extraction_authority(cpu)) return cpu.program_interruption(Pic::privileged_operation);
  const std::uint64_t address = cpu.wrap(cpu.gr(op.r2));
  const auto asce = cpu.operand_asce(op.r2);
  if (!asce) return cpu.raise({.code = asce.error(), .exception_access = op.r2});
  const auto found = cpu.translate_operand(*asce, address);
  if (!found)
    return cpu.raise({.code = found.error().code,
                      .translation_exception = (address & page_mask) | static_cast<std::uint64_t>(cpu.psw.as)});
  const z::AbsoluteAddress at = cpu.absolute(found->real);
  if (!cpu.storage().contains(at, 1)) return cpu.program_interruption(Pic::addressing);
  constexpr std::uint8_t inserted = storage_key::access_control | storage_key::fetch_protection;
  cpu.gr(op.r1) = (cpu.gr(op.r1) & ~0xFFull) | (cpu.storage().key(z::frame_of(at)) & inserted);
  return Step::next;
}

Z_INSTRUCTION(reset_reference_bit_extended) {
  const auto frame = TRY(frame_of_real(cpu, op.r2));
  cpu.cc = cpu.storage().reset_reference(frame) >> 1 & 3;  // R and C
  return Step::next;
}

namespace {

// The reference bits of 64 frames, the first one on the left. The block is absolute.
template <class F>
Step reference_bits(Cpu& cpu, const Op& op, F bits_of) {
  constexpr std::uint64_t block_mask = ~0x3'FFFFull;
  const std::uint64_t block = cpu.wrap(cpu.gr(op.r2)) & block_mask;
  if (!cpu.storage().contains({block}, ~block_mask + 1)) return cpu.program_interruption(Pic::addressing);
  std::uint64_t bits = 0;
  for (unsigned i = 0; i < 64; ++i) {
    const std::uint8_t key = bits_of(z::frame_of({block + i * z::page_size}));
    bits = bits << 1 | ((key & storage_key::reference) != 0 ? 1 : 0);
  }
  cpu.gr(op.r1) = bits;
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(reset_reference_bits_multiple) {
  return reference_bits(cpu, op, [&](z::FrameIndex frame) { return cpu.storage().reset_reference(frame); });
}
Z_INSTRUCTION(insert_reference_bits_multiple) {
  return reference_bits(cpu, op, [&](z::FrameIndex frame) { return cpu.storage().key(frame); });
}

Z_INSTRUCTION(perform_frame_management_function) {
  const std::uint64_t function = cpu.gr(op.r1);
  constexpr std::uint64_t reserved = 0xFFFC'0101, set_key_bit = 0x2'0000, clear_bit = 0x1'0000;
  const unsigned frame_size = function >> 12 & 7;
  const unsigned largest_frame = cpu.model() >= Model::zec12 ? 2 : 1;  // EDAT-2
  if ((function & reserved) != 0 || frame_size > largest_frame) return cpu.program_interruption(Pic::specification);
  const std::uint64_t start = cpu.wrap(cpu.gr(op.r2)) & page_mask;
  constexpr std::uint64_t frame_bytes[] = {z::page_size, megabyte, 2048 * megabyte};
  const bool is_large = frame_size != 0;  // then the address is absolute
  std::uint64_t address = is_large ? start : cpu.absolute({start}).value;
  do {
    if (!cpu.storage().contains({address}, 1)) return cpu.program_interruption(Pic::addressing);
    if ((function & clear_bit) != 0) TRY(clear_frame(cpu, z::frame_of({address})));
    if ((function & set_key_bit) != 0)
      set_key(cpu.storage(), z::frame_of({address}), static_cast<std::uint8_t>(function & 0xFE), function >> 8 & 6);
    address += z::page_size;
    if (is_large) set_address_register(cpu, op.r2, cpu.wrap(address));
  } while (address % frame_bytes[frame_size] != 0 && is_large);
  return Step::next;
}

Z_INSTRUCTION(test_block) {
  const auto frame = TRY(frame_of_real(cpu, op.r2));
  TRY(clear_frame(cpu, frame));
  set_address_register(cpu, 0, 0);
  cpu.cc = 0;
  return Step::next;
}

}  // namespace cpu
