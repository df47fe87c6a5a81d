#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/units.h"

namespace cp {

// Privilege classes of a user: letters A-Z and digits 1-6.
class ClassSet {
 public:
  ClassSet() = default;
  explicit ClassSet(std::string_view letters) : letters_(letters.begin(), letters.end()) {}
  bool has(char one) const { return letters_.contains(one); }
  bool has_any(std::string_view letters) const {
    return std::any_of(letters.begin(), letters.end(), [this](char one) { return has(one); });
  }
  std::string text() const { return {letters_.begin(), letters_.end()}; }
  bool operator==(const ClassSet&) const = default;

 private:
  std::set<char> letters_;
};

enum class MachineMode { esa, xa, xc, z };

struct VirtualCpu {
  std::uint8_t address = 0;
  bool is_base = false;
  std::string cpuid;  // six digits; empty: CP chooses
};

struct Minidisk {
  enum class Kind { extent, full_volume, whole_device, temporary, in_storage };
  z::DeviceNumber device;
  std::string type;               // "3390"
  Kind kind = Kind::extent;
  std::uint32_t start = 0;        // cylinder; 0 with full_volume
  std::uint64_t size = 0;         // cylinders, or blocks of 512 for in_storage; 0 with END and DEVNO
  std::string volume;
  z::DeviceNumber real_device;    // with DEVNO
  std::string mode = "W";         // with suffix V when reserve/release is virtual
  std::vector<std::string> passwords;  // read, write, multiple
  bool is_local = false;          // defined in a SUBCONFIG: each member has its own

  bool has_virtual_reserve() const { return mode.ends_with('V'); }
};

struct MinidiskLink {
  std::string owner;
  z::DeviceNumber owner_device;
  z::DeviceNumber device;
  std::string mode = "R";
};

struct ConsoleDefinition {
  z::DeviceNumber device;
  std::string type;      // "3215"
  std::string spool_class;
  std::string observer;  // secondary user
};

struct SpoolDevice {
  z::DeviceNumber device;
  std::string type;  // "2540 READER" has its second word in `spool_class`
  std::vector<std::string> operands;
};

struct SpecialDevice {
  z::DeviceNumber device;
  std::string type;  // CTCA, FCTC, 3270 ...
  std::vector<std::string> operands;
};

struct DedicatedDevice {
  z::DeviceNumber device;
  std::optional<z::DeviceNumber> real_device;
  std::string eqid;  // when it is named so
};

struct IplDefinition {
  std::string target;  // device number or the name of a saved system
  std::string load_parameter;
  std::string parameter;
};

struct ShareDefinition {
  enum class Kind { relative, absolute };
  Kind kind = Kind::relative;
  std::uint32_t amount = 100;  // a tenth of a percent for absolute
  std::vector<std::string> limits;
};

struct RelocationDefinition {
  bool is_enabled = true;
  std::string domain;  // empty: the default
};

// A statement that is accepted and not interpreted.
struct KeptDirectoryStatement {
  std::string keyword;
  std::vector<std::string> operands;
};

// A virtual machine as the directory defines it on one system: USER or IDENTITY, its profile, and the SUBCONFIG built
// for that system.
struct DirectoryEntry {
  enum class Configuration { single, multiple };
  std::string userid;
  std::string password;
  Configuration configuration = Configuration::single;
  z::Bytes storage{1ULL << 20};
  z::Bytes maximum_storage{1ULL << 20};
  ClassSet classes{"G"};
  MachineMode machine = MachineMode::esa;
  std::uint32_t maximum_cpus = 0;  // 0: no MACHINE operand
  std::vector<VirtualCpu> cpus;    // never empty once resolved; the base is first
  std::optional<ConsoleDefinition> console;
  std::vector<Minidisk> minidisks;
  std::vector<MinidiskLink> links;
  std::vector<SpoolDevice> spool_devices;
  std::vector<SpecialDevice> specials;
  std::vector<DedicatedDevice> dedicated;
  std::optional<IplDefinition> ipl;
  std::set<std::string> options;   // OPTION words; CHPIDVIRTUALIZATION ONE is "CHPIDVIRTUALIZATION"
  ShareDefinition share;
  RelocationDefinition relocation;
  std::vector<std::string> commands;   // executed at logon
  std::vector<std::string> logon_by;
  std::vector<std::string> autologged; // by this user, when it is AUTOLOG1
  std::string account;
  std::vector<KeptDirectoryStatement> kept;

  bool has_option(std::string_view name) const { return options.contains(std::string{name}); }
  const Minidisk* minidisk(z::DeviceNumber device) const;
};

}  // namespace cp
