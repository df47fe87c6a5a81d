#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "cp/config/source.h"
#include "usernet/stack.h"

namespace cp {

// The SSI statement: slot n is slots[n - 1]; an empty name is an available slot.
struct SsiStatement {
  static constexpr std::size_t most_slots = 8;
  std::string name;
  std::string pdr_volume;  // empty: the volume of the active parm disk
  std::array<std::string, most_slots> slots;
  Position at;

  std::optional<unsigned> slot_of(std::string_view system) const;
  std::vector<std::string> members() const;
};

struct CylinderArea {
  std::string volume;
  std::uint32_t first_cylinder = 0;
  std::uint32_t cylinders = 0;
};

struct SystemResidence {
  CylinderArea checkpoint;
  CylinderArea warmstart;
};

struct IsLinkStatement {
  std::vector<z::DeviceNumber> devices;
  std::string node;  // empty: whoever answers
  Position at;
};

struct CpOwnedVolume {
  enum class Kind { own, shared };
  std::string volume;
  Kind kind = Kind::own;
  Position at;
};

struct RealDeviceStatement {
  std::vector<z::DeviceNumber> devices;
  std::string eqid;
  std::string type;
  std::optional<bool> shared;
  std::optional<bool> minidisk_cache;
};

struct RelocationDomainStatement {
  std::string name;
  std::vector<std::string> members;
  Position at;
};

struct SystemUserids {
  std::string operator_ = "OPERATOR";
  std::string account = "DISKACNT";
  std::string dump = "OPERATNS";
  std::string erep = "EREP";
  std::string startup = "AUTOLOG1";
  std::string symptom = "OPERSYMP";
};

struct VmLan {
  std::string mac_prefix;   // six hexadecimal digits; empty: 02-00-0n
  std::string user_prefix;  // empty: 02-00-00
  Position at;
};

// DEFINE VSWITCH: IP and GLOBAL, which is what all are.
struct VswitchStatement {
  std::string name;
  bool has_host_uplink = false;
  std::vector<usernet::Forward> forwards;
  Position at;
};

// A statement that is accepted and not interpreted (FEATURES, STORAGE, TIMEZONE_DEFINITION ...).
struct KeptStatement {
  std::string keyword;
  std::vector<std::string> operands;
  Position at;
};

// SYSTEM CONFIG as it applies to one system.
struct SystemConfig {
  std::string system;
  std::optional<SsiStatement> ssi;
  std::optional<SystemResidence> residence;
  std::vector<IsLinkStatement> islinks;
  std::map<unsigned, CpOwnedVolume> cp_owned;  // by slot, 1-255
  std::vector<std::string> user_volume_list;   // missing ones are reported to the operator
  std::vector<std::string> user_volume_include;
  std::vector<std::string> user_volume_exclude;
  std::vector<RealDeviceStatement> real_devices;
  std::vector<RelocationDomainStatement> relocation_domains;
  SystemUserids userids;
  VmLan vmlan;
  std::vector<VswitchStatement> vswitches;
  bool tolerates_errors = true;
  std::vector<KeptStatement> kept;

  bool is_user_volume(std::string_view volume) const;
  const KeptStatement* find_kept(std::string_view keyword) const;

  // What all members of a cluster must have equal; compared when a member joins.
  std::uint64_t ssi_digest() const;
  std::uint64_t relocation_domain_digest() const;
};

}  // namespace cp
