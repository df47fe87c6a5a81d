#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "cp/command/message.h"
#include "cp/config/system_config.h"

namespace cp {

// What a cylinder of a CP volume is for.
enum class AllocationType { perm, page, spool, temporary, directory, parm };

// Whose a CP volume is. Empty names: no owner assigned.
struct OwnerMark {
  std::string ssi;     // cluster, or NOSSI
  std::string system;  // member, or NOSYS

  bool operator==(const OwnerMark&) const = default;
};

// A slot of the CP-owned list as QUERY CPOWNED shows it.
struct OwnedVolume {
  enum class Use { none, own, share, dump };
  enum class Status { attached, offline, reserved };
  unsigned slot = 0;
  std::string volume;
  std::optional<z::DeviceNumber> device;
  Use use = Use::none;
  Status status = Status::offline;
  OwnerMark owner;
};

// A labelled volume that the IPLing system found on its devices.
struct FoundVolume {
  std::string volume;
  z::DeviceNumber device;
  OwnerMark owner;
  bool is_cp_volume = false;
  bool has_spool = false;  // its allocation map has SPOL cylinders
};

struct OwnershipCheck {
  std::vector<OwnedVolume> slots;  // ascending
  std::vector<Message> messages;
};

// Decides for each slot of the CP-owned list what this system may do with the volume: allocate on it (own), use what
// others allocate (share: their spool, or a volume of the whole cluster), or nothing. SHARE session 16488, "CP Volume
// Ownership".
OwnershipCheck check_ownership(const SystemConfig& config, const std::vector<FoundVolume>& found);

}  // namespace cp
