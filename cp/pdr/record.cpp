#include "cp/pdr/record.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "cp/pdr/crc32c.h"

namespace cp::pdr {
namespace {

const auto identifier = z::EbcdicName::of("PDR");
const auto unlocked = z::EbcdicName::of("UNLOCKED");
const auto locked = z::EbcdicName::of("LOCKED");

std::uint32_t checksum(Data data) {
  data.crc = 0;
  return crc32c(std::as_bytes(std::span{&data, 1}));
}

SystemEntry encode(const Member& member) {
  SystemEntry entry{};
  entry.name = z::EbcdicName::of(member.name);
  entry.state = static_cast<std::uint8_t>(member.state);
  entry.previous_state = static_cast<std::uint8_t>(member.previous);
  entry.down_reason = static_cast<std::uint8_t>(member.down_reason);
  entry.connected = member.connected;
  entry.incarnation = member.incarnation;
  entry.heartbeats = member.heartbeats;
  entry.stamp = member.stamp.value;
  entry.last_changer = z::EbcdicName::of(member.last_changer);
  return entry;
}

z::Result<MemberState> state_of(std::uint8_t code) {
  if (code <= 5 || code == 0x80) return static_cast<MemberState>(code);
  return z::failure("{:02X} is no state of a member", code);
}

z::Result<Member> decode(const SystemEntry& entry) {
  if (entry.down_reason > 3) return z::failure("{:02X} is no reason for being down", entry.down_reason);
  return Member{.name = entry.name.text(),
                .state = Z_TRY(state_of(entry.state)),
                .previous = Z_TRY(state_of(entry.previous_state)),
                .down_reason = static_cast<DownReason>(entry.down_reason),
                .connected = entry.connected,
                .incarnation = entry.incarnation,
                .heartbeats = entry.heartbeats,
                .stamp = z::TodClock{entry.stamp},
                .last_changer = entry.last_changer.text()};
}

}  // namespace

std::string_view name_of(MemberState state) {
  switch (state) {
    case MemberState::down: return "Down";
    case MemberState::joining: return "Joining";
    case MemberState::joined: return "Joined";
    case MemberState::leaving: return "Leaving";
    case MemberState::isolated: return "Isolated";
    case MemberState::suspended: return "Suspended";
    case MemberState::unknown: return "Unknown";
  }
  return "Unknown";
}

void Member::change_state(MemberState to, std::string_view changer) {
  if (state != to) previous = std::exchange(state, to);
  last_changer = changer;
}

std::optional<api::MemberSlot> Record::slot_of(std::string_view name) const {
  if (name.empty()) return std::nullopt;
  const auto found = std::ranges::find(members, name, &Member::name);
  if (found == members.end()) return std::nullopt;
  return api::MemberSlot{static_cast<std::uint16_t>(found - members.begin() + 1)};
}

std::vector<std::byte> encode(const Record& record) {
  Data data{};
  data.systems_offset = static_cast<std::uint16_t>(offsetof(Data, systems));
  data.system_entry_length = static_cast<std::uint16_t>(sizeof(SystemEntry));
  data.level = layout_version;
  data.flags = record.timeouts == Timeouts::disabled ? Data::timeouts_suppressed : 0;
  data.changes = record.changes;
  std::ranges::transform(record.members, data.systems.begin(), [](const Member& m) { return encode(m); });
  data.crc = checksum(data);
  const auto bytes = std::as_bytes(std::span{&data, 1});
  return {bytes.begin(), bytes.end()};
}

z::Result<Record> decode(std::span<const std::byte> bytes) {
  if (bytes.size() != sizeof(Data)) return z::failure("{} bytes, not {}: data of the PDR", bytes.size(), sizeof(Data));
  Data data;
  std::memcpy(&data, bytes.data(), sizeof data);
  if (data.level != layout_version) return z::failure("cluster level {}, not {}: PDR", +data.level, layout_version);
  if (data.crc != checksum(data)) return z::failure("checksum does not match: PDR, FORMSSI CREATE makes it anew");
  Record record;
  record.changes = data.changes;
  record.timeouts = (data.flags & Data::timeouts_suppressed) != 0 ? Timeouts::disabled : Timeouts::enabled;
  for (std::size_t i = 0; i < system_entries; ++i) record.members[i] = Z_TRY(decode(data.systems[i]));
  return record;
}

Key unlocked_key(std::string_view ssi_name, z::TodClock stamp) {
  Key key{};
  key.identifier = identifier;
  key.ssi_name = z::EbcdicName::of(ssi_name);
  key.state = unlocked;
  key.locker = z::EbcdicName::of("");
  key.stamp = stamp.value;
  return key;
}

Key locked_key(std::string_view ssi_name, std::string_view locker, z::TodClock stamp, std::uint64_t ticket) {
  Key key = unlocked_key(ssi_name, stamp);
  key.state = locked;
  key.locker = z::EbcdicName::of(locker);
  key.ticket = ticket;
  return key;
}

z::Result<> validate(const Key& key) {
  if (key.identifier != identifier) return z::failure("no PDR on this volume: FORMSSI CREATE makes one");
  if (key.state != unlocked && key.state != locked) return z::failure("state '{}': PDR", key.state.text());
  return {};
}

bool is_locked(const Key& key) { return key.state == locked; }

Fresh create(std::string_view ssi_name, std::span<const std::string> slots, z::TodClock now) {
  Z_ASSERT(slots.size() <= system_entries);
  Record record;
  for (std::size_t i = 0; i < slots.size(); ++i) record.members[i].name = slots[i];
  return {unlocked_key(ssi_name, now), encode(record)};
}

}  // namespace cp::pdr
