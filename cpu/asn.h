#pragma once

#include <cstdint>
#include <optional>

#include "cpu/address_space.h"

// Control registers 3 and 4 hold ASTE instance number, PSW-key mask or authorization index, and ASN of the secondary and the
// primary space (PoP ch. 3, "ASN-and-LX-Reuse Facility").
namespace cpu {

inline constexpr unsigned asn_and_lx_reuse = 44;       // bit of CR0
inline constexpr std::uint64_t asn_translation = 0x8'0000;  // in CR14

constexpr std::uint16_t asn_of(std::uint64_t cr) { return static_cast<std::uint16_t>(cr); }
constexpr std::uint16_t middle_of(std::uint64_t cr) { return static_cast<std::uint16_t>(cr >> 16); }
constexpr std::uint32_t instance_of(std::uint64_t cr) { return static_cast<std::uint32_t>(cr >> 32); }
constexpr std::uint64_t asn_register(std::uint32_t instance, std::uint16_t middle, std::uint16_t asn) {
  return static_cast<std::uint64_t>(instance) << 32 | static_cast<std::uint64_t>(middle) << 16 | asn;
}
constexpr std::uint64_t with_asn(std::uint64_t cr, std::uint16_t asn) { return (cr & ~0xFFFFull) | asn; }
constexpr std::uint64_t with_middle(std::uint64_t cr, std::uint16_t value) {
  return asn_register(instance_of(cr), value, asn_of(cr));
}
// The instance number only where ASNs are reused.
inline std::uint64_t with_instance(const Cpu& cpu, std::uint64_t cr, std::uint32_t number) {
  return cpu.has_cr0_bit(asn_and_lx_reuse) ? asn_register(number, middle_of(cr), asn_of(cr)) : cr;
}

inline std::uint16_t primary_asn(const Cpu& cpu) { return asn_of(cpu.cr(4)); }
inline std::uint16_t authorization_index(const Cpu& cpu) { return middle_of(cpu.cr(4)); }

inline Step asn_fault(Cpu& cpu, Pic code, std::uint16_t asn) { return cpu.raise({.code = code, .translation_exception = asn}); }

// What becomes the primary space when a program goes to another one.
struct NewPrimary {
  std::uint64_t asce = 0, aste_origin = 0;
  std::uint64_t asn_register = 0;  // control register 4
};
std::expected<NewPrimary, Pic> new_primary(Cpu& cpu, const Aste& aste, std::uint16_t asn);
void set_primary(Cpu& cpu, const NewPrimary& space);

// PoP ch. 6, "Space-Switch-Event": after the switch has been made, when one of the two primary ASCEs asks for it.
Step space_switched(Cpu& cpu, std::uint64_t asce_before, std::uint16_t asn_before);

}  // namespace cpu
