#include "channel/ccw.h"

#include <span>

namespace channel {
namespace {

constexpr std::uint32_t limit_format_0 = 0x0100'0000, limit_format_1 = 0x8000'0000;

}  // namespace

std::uint8_t status_of(cpu::StorageCheck check) {
  switch (check) {
    case cpu::StorageCheck::none: return 0;
    case cpu::StorageCheck::addressing: return subchannel_status::program_check;
    case cpu::StorageCheck::protection: return subchannel_status::protection_check;
  }
  return subchannel_status::program_check;
}

std::expected<Ccw, ProgramFault> CcwReader::read(std::uint32_t location, Place place) const {
  auto ccw = fetch(location);
  if (!ccw) return ccw;
  if (is_transfer(*ccw)) {
    const ProgramFault blame{subchannel_status::program_check, ccw->location};
    if (place == Place::first || place == Place::after_transfer || !is_valid_transfer(*ccw)) return std::unexpected{blame};
    ccw = fetch(ccw->address);
    if (!ccw) return ccw;
  }
  if (!is_valid(*ccw, place)) return std::unexpected{ProgramFault{subchannel_status::program_check, ccw->location}};
  return ccw;
}

bool CcwReader::is_location(std::uint32_t location) const {
  return location % sizeof(Ccw1) == 0 && location < (orb_.has(Orb::format_1) ? limit_format_1 : limit_format_0);
}

std::expected<Ccw, ProgramFault> CcwReader::fetch(std::uint32_t location) const {
  if (!is_location(location)) return std::unexpected{ProgramFault{subchannel_status::program_check, location}};
  const auto load = [&](auto& word) {
    return storage_.fetch({location}, std::as_writable_bytes(std::span{&word, 1}), orb_.key());
  };
  if (orb_.has(Orb::format_1)) {
    Ccw1 word;
    if (const auto check = status_of(load(word))) return std::unexpected{ProgramFault{check, location}};
    return Ccw{location, word.command, word.flags, word.count, word.data_address};
  }
  Ccw0 word;
  if (const auto check = status_of(load(word))) return std::unexpected{ProgramFault{check, location}};
  const auto& a = word.data_address;
  const auto address = static_cast<std::uint32_t>(a[0] << 16 | a[1] << 8 | a[2]);
  return Ccw{location, word.command, word.flags, word.count, address};
}

// Format 0 ignores the left half of the code; in format 1 anything but 08 is an invalid command.
bool CcwReader::is_transfer(const Ccw& ccw) const {
  return orb_.has(Orb::format_1) ? ccw.command == 0x08 : (ccw.command & 0x0F) == 0x08;
}

bool CcwReader::is_valid_transfer(const Ccw& ccw) const {
  if (orb_.has(Orb::format_1) && (ccw.flags != 0 || ccw.count != 0)) return false;
  return is_location(ccw.address);
}

bool CcwReader::is_valid(const Ccw& ccw, Place place) const {
  const bool chained_data = place == Place::in_data_chain;
  const unsigned low = ccw.command & 0x0F;
  if (is_transfer(ccw)) return false;  // a transfer to a transfer
  if (!chained_data && (low == 0 || low == 0x08)) return false;
  if (ccw.count == 0 && (!orb_.has(Orb::format_1) || chained_data || ccw.has(ccw_flag::chain_data))) return false;
  if (orb_.has(Orb::format_1) && ccw.address >= limit_format_1) return false;
  if (ccw.has(ccw_flag::suspend) && (chained_data || !orb_.has(Orb::suspend_control))) return false;
  if (ccw.has(ccw_flag::modified_indirect)) {
    if (!orb_.has(Orb::modified_indirect)) return false;
    if (ccw.has(ccw_flag::indirect) || ccw.has(ccw_flag::skip)) return false;
  }
  return true;
}

}  // namespace channel
