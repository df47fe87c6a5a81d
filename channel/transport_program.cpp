// Transport mode: a program is one control word; the device gets its commands with their control data at once.
#include <cstring>

#include "channel/program.h"
#include "channel/transport_area.h"

namespace channel {
namespace {

using Direction = TransportArea::Direction;
using Addressing = TransportArea::Addressing;

Addressing addressing(const Tcw& tcw, std::uint32_t indirect) {
  return (tcw.flags & indirect) != 0 ? Addressing::indirect : Addressing::direct;
}

template <class Block>
Block load(std::span<const std::byte> from) {
  Block block;
  std::memcpy(&block, from.data(), sizeof block);
  return block;
}

constexpr std::size_t padded(std::size_t length) { return (length + 3) / 4 * 4; }

// The command words and their control data, between the header and the trailer. Empty: the block makes no sense.
std::span<const std::byte> command_words(std::span<const std::byte> block) {
  const auto header = load<TransportHeader>(block);
  if (header.format != TransportHeader::valid_format || header.service_action != TransportHeader::device_action) return {};
  if (header.area_length < TransportHeader::length_before_words) return {};
  const std::size_t length = header.area_length - TransportHeader::length_before_words;
  if (sizeof header + length > block.size()) return {};
  return block.subspan(sizeof header, length);
}

}  // namespace

void Program::step_transport(const Site& site) {
  phase_ = Phase::ready;
  auto* device = site.device.transport_mode();
  Tcw tcw;
  const auto unreadable = [&] { conclude_transport_fault(subchannel_status::program_check); };
  if (device == nullptr || orb_.program_address % Tcw::boundary != 0) return unreadable();
  const auto fetched = site.storage.fetch({orb_.program_address}, std::as_writable_bytes(std::span{&tcw, 1}), orb_.key());
  if (const auto check = status_of(fetched)) return conclude_transport_fault(check);
  if ((tcw.flags & Tcw::format) != 0) return unreadable();
  const auto block = gather(site.storage, orb_.key(),
                            {tcw.command_block, addressing(tcw, Tcw::command_indirect), tcw.command_block_length()});
  if (!block || block->size() < sizeof(TransportHeader)) return unreadable();
  const auto words = command_words(*block);
  if (words.size() < sizeof(DeviceCommandWord)) return unreadable();
  if (!site.listener.accept_command(orb_.program_address)) return;
  accepted_ = true;
  run_transport(site, *device, tcw, words);
}

void Program::run_transport(const Site& site, TransportDevice& device, const Tcw& tcw, std::span<const std::byte> words) {
  const bool writes = (tcw.lengths & Tcw::writes) != 0;
  TransportArea area = writes ? TransportArea{site.storage, orb_.key(), Direction::output,
                                              {tcw.output, addressing(tcw, Tcw::output_indirect), tcw.output_count}, site.path}
                              : TransportArea{site.storage, orb_.key(), Direction::input,
                                              {tcw.input, addressing(tcw, Tcw::input_indirect), tcw.input_count}, site.path};
  TraceSample sample;
  if (site.trace.is_on()) area.sample_into(sample.place(site.trace.bytes_kept()));
  Ending ending;
  std::size_t at = 0;
  for (bool chains = true; chains && at + sizeof(DeviceCommandWord) <= words.size();) {
    const auto word = load<DeviceCommandWord>(words.subspan(at));
    const auto control_at = at + sizeof word;
    if (control_at + word.control_count > words.size()) return conclude_transport_fault(subchannel_status::program_check);
    ending = device.execute_transport(word.command, words.subspan(control_at, word.control_count), area);
    if (site.trace.is_on()) trace_transport(site, word, words.subspan(control_at, word.control_count), area, ending);
    if (ending.status == busy) {
      phase_ = Phase::busy;
      return;
    }
    chains = (word.flags & DeviceCommandWord::chain_command) != 0 && ending.status == ended && area.check() == 0;
    if (chains) at = control_at + padded(word.control_count);
  }
  conclude_transport(site, tcw, area, ending, at);
}

void Program::conclude_transport(const Site& site, const Tcw& tcw, const TransportArea& area, const Ending& ending,
                                 std::size_t offset) {
  TransportStatus status{};
  status.length = sizeof status;
  status.flags = TransportStatus::io_status | TransportStatus::count_valid | TransportStatus::offset_valid;
  status.command_offset = static_cast<std::uint16_t>(offset);
  status.residual_count = static_cast<std::uint32_t>(area.residual());
  if (ending.status.has(unit_check)) status.sense = site.device.sense().bytes;
  auto check = area.check();
  const auto stored = site.storage.store({tcw.status_block}, std::as_bytes(std::span{&status, 1}), orb_.key());
  if (check == 0) check = status_of(stored);
  conclude({ending.status, check, orb_.program_address, transport_status::status_block_stored});
}

void Program::conclude_transport_fault(std::uint8_t check) {
  conclude({accepted_ ? ended : DeviceStatus{}, check, orb_.program_address, 0});
}

// The control data say more than the data that move.
void Program::trace_transport(const Site& site, const DeviceCommandWord& word, std::span<const std::byte> control,
                              const TransportArea& area, const Ending& ending) const {
  site.trace.command({.number = site.number,
                      .device = site.device,
                      .ccw_address = orb_.program_address,
                      .command = word.command,
                      .flags = word.flags,
                      .count = static_cast<std::uint16_t>(word.count),
                      .residual = static_cast<std::uint16_t>(area.residual()),
                      .path = site.path,
                      .check = area.check(),
                      .ending = ending,
                      .bytes = control.empty() ? area.sample() : control.first(std::min(control.size(), site.trace.bytes_kept()))});
}

}  // namespace channel
