#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/clock.h"
#include "base/units.h"
#include "cp/command/message.h"
#include "cp/volume/ownership.h"

namespace cp {

struct TimeOfDay {
  z::Nanoseconds utc{};
  std::chrono::seconds offset{};  // of local time, east positive
  std::string zone = "UTC";
};

struct CpLevel {
  std::string product;        // "z/VM Version 6 Release 3.0"
  std::string service_level;  // "1301"
  z::Nanoseconds generated{};
  z::Nanoseconds ipled{};
};

struct RealProcessor {
  std::uint8_t address = 0;
  bool is_master = false;
  std::string type = "CP";
};

struct RealStorage {
  z::Bytes size;
  z::Bytes increment;
};

struct RealDasd {
  enum class Use { cp_owned, cp_system, attached, free, offline };
  z::DeviceNumber device;
  std::string volume;
  Use use = Use::free;
  unsigned links = 0;           // cp_owned, cp_system
  std::string user;             // attached: to whom, as what
  z::DeviceNumber virtual_device;
  bool is_read_only = false;
};

struct RealCtca {
  z::DeviceNumber device;
  std::string user;  // "ISFC" or a userid; empty: free
  z::DeviceNumber virtual_device;
};

// One extent of a CP-owned volume with its use.
struct SpaceUse {
  std::string volume;
  z::DeviceNumber device;
  AllocationType type = AllocationType::perm;
  std::uint32_t start = 0, end = 0;  // cylinders
  std::uint64_t pages = 0, pages_in_use = 0, high_page = 0;
  bool is_active = false;  // directory
};

struct SsiStatus {
  enum class State { down, joining, joined, leaving, isolated, suspended, unknown };
  enum class DownReason { undetermined, left, terminated, declared };
  enum class Mode { stable, influx, safe };
  struct Slot {
    unsigned number = 0;
    std::string system;  // empty: available
    State state = State::down;
    DownReason reason = DownReason::undetermined;
    std::optional<z::Nanoseconds> pdr_heartbeat, received_heartbeat;  // UTC
  };
  std::string name;
  Mode mode = Mode::stable;
  bool timeouts_enabled = true;
  std::string pdr_volume;
  std::optional<z::DeviceNumber> pdr_device;
  std::vector<Slot> slots;
};

struct IsLinkStatus {
  struct Device {
    z::DeviceNumber number;
    std::string type = "FCTC";
    std::string state;   // "Up", "Down", "Opening", "Retry"
    std::string status;  // "Idle", "Reading", ...
    std::uint64_t bytes_sent = 0, bytes_received = 0;
    unsigned buffers = 0;
  };
  std::string node;  // empty: not known yet
  std::vector<Device> devices;
};

struct UserSession {
  std::string userid;
  std::string member;
  std::string terminal;  // "0009", "L0003"; empty: disconnected
};

struct UserTimes {
  std::chrono::seconds connected{};
  std::chrono::milliseconds virtual_cpu{}, total_cpu{};
};

struct LogonRequest {
  enum class Kind { logon, autolog };
  enum class Start { ipl, no_ipl };
  Kind kind = Kind::logon;
  std::string userid;
  std::string password;  // logon only
  std::string terminal;  // logon only
  std::string by;        // autolog: who asks for it
  Start start = Start::ipl;
};

struct UserMessage {
  enum class Kind { message, message_without_header, warning };
  Kind kind = Kind::message;
  std::string from;
  std::string from_member;
  std::string to;      // userid
  std::string member;  // where; empty: wherever the user is; "ALL": on every member
  std::string text;
  // What the receiver's console shows: "* MSG FROM MAINT   : text".
  std::string line(std::string_view receiving_member) const;
};

struct MinidiskLinkStatus {
  std::string userid;
  z::DeviceNumber device;
  bool is_read_only = false;
  std::string member;  // empty: this one
};

struct MinidiskStatus {
  std::string target;  // who has it
  z::DeviceNumber target_device;
  std::string owner;
  z::DeviceNumber owner_device;
  std::string type;
  std::string volume;
  std::optional<z::DeviceNumber> real;  // nothing: not mounted
  std::uint32_t start = 0, size = 0;
};

// A virtual CTC, and what it is coupled to: another user's, or with the userid SYSTEM a virtual switch.
struct CoupleRequest {
  std::string userid;
  z::DeviceNumber device;
  std::string to;
  z::DeviceNumber other_device;
  std::string vswitch;
};

struct VswitchStatus {
  struct Address {
    std::string text;      // "10.0.2.15"
    std::string userid;    // here, at which device
    z::DeviceNumber device;
    std::string member;    // elsewhere
  };
  std::string name;
  bool has_uplink = false;  // of this member
  std::vector<Address> addresses;
};

struct RelocationSetting {
  bool is_enabled = true;
  std::string domain = "SSI";
  std::string member;  // where it runs
};

struct RelocationForces {
  bool architecture = false, domain = false, storage = false;
};

struct RelocationChange {
  std::optional<bool> is_enabled;
  std::string domain;  // empty: unchanged
  RelocationForces forces;
};

struct RelocationDomainStatus {
  std::string name;
  std::vector<std::string> members;
};

struct RelocationTarget {
  std::string userid;
  std::string member;
  RelocationForces forces;
};

struct RelocationLimits {
  enum class Style { synchronous, asynchronous };
  using Limit = std::optional<std::chrono::seconds>;  // nothing: no limit
  Style style = Style::synchronous;
  bool is_immediate = false;
  Limit total;
  Limit quiesce{std::chrono::seconds{10}};
};

struct LimitChange {
  std::optional<RelocationLimits::Limit> total, quiesce;  // nothing: unchanged
};

// How a relocation ended. `reason` is set when it failed, `by` and `on` when it was cancelled.
struct MoveEnd {
  enum class Kind { relocated, cancelled, failed };
  Kind kind = Kind::relocated;
  std::string from;
  std::string reason;
  std::string by, on;
};

struct MoveEvents {
  std::function<void(std::string from)> started;
  std::function<void(std::vector<std::string> obstacles)> refused;  // then nothing else comes
  std::function<void(Message)> rejected;                            // could not even be examined; nothing else comes
  std::function<void(MoveEnd)> ended;
};

struct RelocationStatus {
  std::string userid, from, to, by;
  std::string phase;  // at most 15 characters
  std::chrono::seconds elapsed{};
  RelocationLimits limits;
  std::uint64_t pages_sent = 0;          // in passes that are complete
  unsigned passes = 0;
  std::uint64_t pages_in_this_pass = 0;
};

enum class Presence { online, offline };
enum class Switch { on, off };

struct TraceChange {
  Switch setting = Switch::on;
  std::string what;  // as channel::TraceRequest reads it; empty: everything, to the operator
};

struct AttachRequest {
  z::DeviceNumber device;
  std::string to;  // userid, or SYSTEM
  z::DeviceNumber virtual_device;
  bool is_read_only = false;
};

}  // namespace cp
