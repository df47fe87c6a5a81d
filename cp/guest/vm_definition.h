#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "base/units.h"
#include "cpu/isa/model.h"

namespace cp {

struct MinidiskDefinition {
  z::DeviceNumber number;
  std::string volume;  // volid
  std::uint32_t start = 0, cylinders = 0;
  bool read_only = false;
  bool operator==(const MinidiskDefinition&) const = default;
};

// A virtual CTC.
struct CtcaDefinition {
  z::DeviceNumber number;
  std::string partner;  // whose CTCs may be coupled to it: a userid, or SYSTEM; empty: anyone's
  std::string vswitch;  // that it is coupled to; empty: none
  bool operator==(const CtcaDefinition&) const = default;
};

// The configuration of a virtual machine that is logged on, resolved from its directory entry: what a relocation sends to build the
// same machine on another member.
struct VmDefinition {
  std::string userid;
  z::Bytes storage;
  unsigned cpus = 1;
  cpu::Model model = cpu::Model::z16;  // that of the member it was logged on at, wherever it goes
  std::uint32_t cpu_serial = 0;  // six hex digits of CPUID, fixed at logon
  z::DeviceNumber console{std::uint16_t{0x0009}};
  std::string secondary_user;    // gets the console's lines while the user is disconnected; empty: nobody
  std::string relocation_domain = "SSI";
  std::vector<MinidiskDefinition> minidisks;
  std::vector<CtcaDefinition> ctcas;
  std::vector<z::DeviceNumber> readers;
  bool operator==(const VmDefinition&) const = default;

  std::vector<std::byte> encode() const;
  // Bytes from another member: every field is checked.
  static z::Result<VmDefinition> decode(std::span<const std::byte> bytes);
};

}  // namespace cp
