#include "channel/trace.h"

#include <fmt/format.h>

#include <algorithm>

namespace channel {
namespace {

// Names of the bits of a byte, leftmost first.
using BitNames = std::array<std::string_view, 8>;

constexpr BitNames device_status_names{"ATTN", "SM", "CUE", "BUSY", "CE", "DE", "UC", "UE"};
constexpr BitNames subchannel_status_names{"PCI",           "incorrect length",      "program check",
                                           "protection check", "channel-data check", "channel-control check",
                                           "interface-control check", "chaining check"};
constexpr BitNames flag_names{"CD", "CC", "SLI", "SKIP", "PCI", "IDA", "S", "MIDA"};
constexpr BitNames sense_names{"command reject", "intervention required", "bus-out check", "equipment check",
                               "data check",     "overrun",               "bit 6",         "bit 7"};

std::string names_of(std::uint8_t byte, const BitNames& names, std::string_view separator, std::string_view none) {
  std::string text;
  for (unsigned bit = 0; bit < 8; ++bit) {
    if ((byte & (0x80U >> bit)) == 0) continue;
    if (!text.empty()) text += separator;
    text += names[bit];
  }
  return text.empty() ? std::string{none} : text;
}

std::string hex(std::span<const std::byte> bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    text += fmt::format("{}{:02X}", i != 0 && i % 4 == 0 ? " " : "", static_cast<unsigned>(bytes[i]));
  return text;
}

std::string ending_text(Ending::Kind kind, std::uint8_t status) {
  switch (kind) {
    case Ending::Kind::status: return status_text({status});
    case Ending::Kind::waiting: return "waiting";
    case Ending::Kind::channel_end_then_waiting: return "CE, device works on";
  }
  return "";
}

}  // namespace

std::string status_text(DeviceStatus status) { return names_of(status.bits, device_status_names, " ", "none"); }
std::string subchannel_status_text(std::uint8_t status) { return names_of(status, subchannel_status_names, ", ", "none"); }
std::string sense_text(std::uint8_t sense_byte_0) { return names_of(sense_byte_0, sense_names, ", ", "no condition in byte 0"); }

void IoTrace::start(Sink sink) {
  z::Lock lock{lock_};
  sink_ = std::move(sink);
  on_ = true;
}

void IoTrace::stop() {
  z::Lock lock{lock_};
  on_ = false;
  sink_ = {};
}

std::vector<std::string> IoTrace::lines() const {
  z::Lock lock{lock_};
  std::vector<std::string> result;
  for (std::size_t i = 0; i < ring_.size(); ++i) result.push_back(text(ring_[(oldest_ + i) % ring_.size()]));
  return result;
}

void IoTrace::function(z::DeviceNumber number, std::string_view name) {
  Record record{.kind = Kind::function, .number = number};
  set_name(record, name);
  keep(record);
}

void IoTrace::started(z::DeviceNumber number, const Orb& orb) {
  keep({.kind = Kind::started, .number = number, .address = orb.program_address, .word = orb.control});
}

void IoTrace::command(const Command& command) {
  Record record{.kind = Kind::command,
                .number = command.number,
                .address = command.ccw_address,
                .count = command.count,
                .residual = command.residual,
                .command = command.command,
                .flags = command.flags,
                .device_status = command.ending.status.bits,
                .subchannel_status = command.check,
                .ending = command.ending.kind};
  set_name(record, command.name);
  set_bytes(record, command.bytes);
  keep(record);
}

void IoTrace::status(z::DeviceNumber number, const Scsw& scsw) {
  keep({.kind = Kind::status,
        .number = number,
        .address = scsw.ccw_address,
        .word = scsw.control,
        .residual = scsw.count,
        .device_status = scsw.device_status,
        .subchannel_status = scsw.subchannel_status});
}

void IoTrace::sense(z::DeviceNumber number, const Sense& sense) {
  Record record{.kind = Kind::sense, .number = number};
  set_bytes(record, std::as_bytes(std::span{sense.bytes}).first(sense.count));
  keep(record);
}

void IoTrace::keep(Record record) {
  record.time = clock_.now();
  z::Lock lock{lock_};
  if (sink_) sink_(text(record));
  if (ring_.size() < capacity) return ring_.push_back(record);
  ring_[oldest_] = record;
  oldest_ = (oldest_ + 1) % capacity;
}

std::string IoTrace::text(const Record& record) {
  const auto us = record.time.count() / 1000;
  const auto head = fmt::format("{}.{:06} {:04X} ", us / 1'000'000, us % 1'000'000, record.number.value);
  const std::string_view name{record.name.data()};
  const auto bytes = hex(std::span{record.bytes}.first(record.size));
  switch (record.kind) {
    case Kind::function: return head + std::string{name};
    case Kind::started:
      return head + fmt::format("START  program={:08X} key={:X} format={}", record.address, record.word >> 28,
                                (record.word & Orb::format_1) != 0 ? 1 : 0);
    case Kind::command:
      return head + fmt::format("CCW    {:08X} {:02X} {} flags={} count={} residual={}{}{} -> {}{}{}", record.address,
                                record.command, name.empty() ? "?" : name, names_of(record.flags, flag_names, "+", "-"),
                                record.count, record.residual, bytes.empty() ? "" : " data=", bytes,
                                ending_text(record.ending, record.device_status), record.subchannel_status != 0 ? ", " : "",
                                record.subchannel_status != 0 ? subchannel_status_text(record.subchannel_status) : "");
    case Kind::status:
      return head + fmt::format("STATUS {:08X} device={} subchannel={} ccw={:08X} count={}", record.word,
                                status_text({record.device_status}), subchannel_status_text(record.subchannel_status),
                                record.address, record.residual);
    case Kind::sense:
      return head + fmt::format("SENSE  {} ({})", bytes, sense_text(std::to_integer<std::uint8_t>(record.bytes[0])));
  }
  return head;
}

void IoTrace::set_name(Record& record, std::string_view name) {
  name = name.substr(0, record.name.size() - 1);  // a zero ends it
  std::ranges::copy(name, record.name.begin());
}

void IoTrace::set_bytes(Record& record, std::span<const std::byte> bytes) {
  bytes = bytes.first(std::min(bytes.size(), record.bytes.size()));
  std::ranges::copy(bytes, record.bytes.begin());
  record.size = static_cast<std::uint8_t>(bytes.size());
}

}  // namespace channel
