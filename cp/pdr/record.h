#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cp/api/members.h"
#include "cp/pdr/layout.h"

namespace cp::pdr {

// Codes as CP uses them (reference/ssi.md 2).
enum class MemberState : std::uint8_t {
  down = 0, joining = 1, joined = 2, leaving = 3, isolated = 4, suspended = 5, unknown = 0x80,
};
std::string_view name_of(MemberState state);  // "Joined"

enum class DownReason : std::uint8_t { undetermined = 0, left = 1, failed = 2, declared = 3 };

struct Member {
  std::string name{};  // empty: slot available
  MemberState state = MemberState::down;
  MemberState previous = MemberState::down;
  DownReason down_reason = DownReason::undetermined;
  std::uint32_t connected = 0;
  std::uint64_t incarnation = 0;
  std::uint64_t heartbeats = 0;
  z::TodClock stamp{};
  std::string last_changer{};

  bool is_available() const { return name.empty(); }
  // State and previous state together; no change when it is that state already.
  void change_state(MemberState to, std::string_view changer);
  bool operator==(const Member&) const = default;
};

enum class Timeouts : std::uint8_t { enabled, disabled };

// The record's data part, decoded.
struct Record {
  std::uint64_t changes = 0;
  Timeouts timeouts = Timeouts::enabled;
  std::array<Member, system_entries> members;

  Member& member(api::MemberSlot slot) { return members.at(slot.value - 1U); }
  const Member& member(api::MemberSlot slot) const { return members.at(slot.value - 1U); }
  std::optional<api::MemberSlot> slot_of(std::string_view name) const;
  bool operator==(const Record&) const = default;
};

std::vector<std::byte> encode(const Record& record);
// Refuses a wrong length, version or checksum.
z::Result<Record> decode(std::span<const std::byte> data);

// The key part.
Key unlocked_key(std::string_view ssi_name, z::TodClock stamp);
Key locked_key(std::string_view ssi_name, std::string_view locker, z::TodClock stamp, std::uint64_t ticket);
z::Result<> validate(const Key& key);  // has the identifier of a PDR and a known state
bool is_locked(const Key& key);

// FORMSSI CREATE: what is written on a fresh volume.
struct Fresh {
  Key key;
  std::vector<std::byte> data;
};
Fresh create(std::string_view ssi_name, std::span<const std::string> slots, z::TodClock now);

}  // namespace cp::pdr
