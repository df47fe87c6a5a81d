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

// The gate sees the first command with its control data, and the ending of all.
Program::Stand Program::step_transport(const Site& site) {
  phase_ = Phase::ready;
  auto* device = site.device.transport_mode();
  Tcw tcw;
  const auto fail = [&](std::uint8_t check) {
    conclude_transport_fault(check);
    return Stand{};
  };
  const auto unreadable = subchannel_status::program_check;
  if (device == nullptr || orb_.program_address % Tcw::boundary != 0) return fail(unreadable);
  const auto fetched = site.storage.fetch({orb_.program_address}, std::as_writable_bytes(std::span{&tcw, 1}), orb_.key());
  if (const auto check = status_of(fetched)) return fail(check);
  if ((tcw.flags & Tcw::format) != 0) return fail(unreadable);
  const auto block = gather(site.storage, orb_.key(),
                            {tcw.command_block, addressing(tcw, Tcw::command_indirect), tcw.command_block_length()});
  if (!block || block->size() < sizeof(TransportHeader)) return fail(unreadable);
  const auto words = command_words(*block);
  if (words.size() < sizeof(DeviceCommandWord)) return fail(unreadable);
  const auto first = load<DeviceCommandWord>(words);
  const CommandView view{site.number, site.device, site.storage, orb_,
                         {.location = orb_.program_address, .command = first.command, .flags = 0, .count = 0, .address = 0},
                         site.path, !accepted_,
                         words.subspan(sizeof first, std::min<std::size_t>(first.control_count, words.size() - sizeof first))};
  if (site.gate != nullptr) [[unlikely]]
    if (const auto stands = stand(Stand::Where::before, site.gate->before(view)); stands.where != Stand::Where::nowhere) return stands;
  if (!site.listener.accept_command(orb_.program_address)) return {};
  accepted_ = true;
  const auto ending = run_transport(site, *device, tcw, view, words);
  return site.gate == nullptr ? Stand{} : stand(Stand::Where::behind, site.gate->after(view, ending));
}

Ending Program::run_transport(const Site& site, TransportDevice& device, const Tcw& tcw, const CommandView& view,
                              std::span<const std::byte> words) {
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
    if (control_at + word.control_count > words.size()) {
      conclude_transport_fault(subchannel_status::program_check);
      return ending;
    }
    const auto control = words.subspan(control_at, word.control_count);
    if (site.gate == nullptr) {
      ending = device.execute_transport(word.command, control, area);
    } else {
      auto this_word = view;
      this_word.ccw.command = word.command;
      ending = site.gate->execute_transport(this_word, device, control, area);
    }
    if (site.trace.is_on()) trace_transport(site, word, control, area, ending);
    if (ending.status == busy) {
      phase_ = Phase::busy;
      return ending;
    }
    chains = (word.flags & DeviceCommandWord::chain_command) != 0 && ending.status == ended && area.check() == 0;
    if (chains) at = control_at + padded(word.control_count);
  }
  conclude_transport(site, tcw, area, ending, at);
  return ending;
}

void Program::conclude_transport(const Site& site, const Tcw& tcw, const TransportArea& area, const Ending& ending,
                                 std::size_t offset) {
  TransportStatus status{};
  status.length = sizeof status;
  status.flags = TransportStatus::io_status | TransportStatus::count_valid | TransportStatus::offset_valid;
  status.command_offset = static_cast<std::uint16_t>(offset);
  status.residual_count = static_cast<std::uint32_t>(area.residual());
  if (ending.status.has(unit_check))
    status.sense = (site.gate == nullptr ? site.device.sense() : site.gate->sense(site.number, site.device)).bytes;
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
