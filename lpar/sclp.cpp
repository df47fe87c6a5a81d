#include "lpar/sclp.h"

#include "cpu/configuration.h"
#include "cpu/cpu.h"
#include "lpar/machine.h"

namespace lpar {
namespace {

using namespace sclp;

// The low bit of the interruption parameter: an event waits to be read.
constexpr std::uint32_t event_pending = 1;

constexpr unsigned resource_of(std::uint32_t command) { return command >> 8 & 0xFF; }
constexpr Command without_resource(std::uint32_t command) { return Command{command & 0xFFFF'00FF}; }

}  // namespace

Sclp::Sclp(Machine& machine, Options options)
    : machine_(machine),
      options_(std::move(options)),
      events_(options_.console, {.output = options_.output, .pending = [this] { machine_.cpus().post_service_signal(event_pending); }}) {}

cpu::Step Sclp::service_call(cpu::Cpu& cpu, std::uint32_t command, std::uint64_t sccb_real_address) {
  constexpr std::uint64_t address_mask = 0x7FFF'FFF8;
  if ((sccb_real_address & ~address_mask) != 0) return cpu.program_interruption(cpu::Pic::specification);
  const auto at = cpu.absolute({sccb_real_address});
  SccbHeader header;
  if (machine_.storage().fetch(at, std::as_writable_bytes(std::span{&header, 1}), 0) != cpu::StorageCheck::none)
    return cpu.program_interruption(cpu::Pic::addressing);
  if (header.length < sizeof header) return cpu.program_interruption(cpu::Pic::specification);
  if (machine_.cpus().is_service_outstanding()) {
    cpu.cc = 2;
    return cpu::Step::next;
  }
  std::vector<std::byte> sccb(header.length);
  const bool crosses = sccb_real_address % z::page_size + sccb.size() > z::page_size;
  if (!crosses && machine_.storage().fetch(at, sccb, 0) != cpu::StorageCheck::none)
    return cpu.program_interruption(cpu::Pic::addressing);
  const auto response = crosses ? Response::boundary_violation : perform(command, sccb);
  // A response that became shorter says so if the program welcomes it; else zeros follow.
  if ((header.control[2] & SccbHeader::variable_response) == 0) sccb.resize(header.length);
  else header.length = static_cast<std::uint16_t>(sccb.size());
  header.response = static_cast<std::uint16_t>(response);
  if (crosses) sccb.resize(sizeof header);
  std::memcpy(sccb.data(), &header, sizeof header);
  machine_.storage().store(at, sccb, 0);
  machine_.cpus().post_service_signal(static_cast<std::uint32_t>(sccb_real_address) | (events_.is_pending() ? event_pending : 0));
  cpu.cc = 0;
  return cpu::Step::refetch;
}

Response Sclp::perform(std::uint32_t command, std::vector<std::byte>& sccb) {
  switch (without_resource(command)) {
    case Command::read_scp_info_forced:
    case Command::read_scp_info: return read_scp_info(sccb);
    case Command::read_cpu_info: return read_cpu_info(sccb);
    case Command::configure_cpu: return configure_cpu(resource_of(command));
    case Command::deconfigure_cpu: return deconfigure_cpu(resource_of(command));
    case Command::read_channel_path_info: return read_channel_path_info(sccb);
    case Command::write_event_mask: return events_.write_mask(sccb);
    case Command::write_event_data: return events_.write(sccb);
    case Command::read_event_data: return events_.read(sccb);
    default: return Response::invalid_command;
  }
}

}  // namespace lpar
