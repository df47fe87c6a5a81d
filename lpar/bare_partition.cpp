#include "lpar/bare_partition.h"

#include <algorithm>
#include <future>

#include "channel/trace.h"
#include "cpu/cpu.h"
#include "cpu/op.h"
#include "lpar/device_types.h"
#include "lpar/system_information.h"

namespace lpar {
namespace {

constexpr z::DeviceNumber default_console{std::uint16_t{0x0009}};

}  // namespace

z::Result<DeviceDefinition> parse_device(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos)
    return z::failure("--device {}: write DEVNO=TYPE:ARGS, for example 0100=3390:file=disk.ckd", text);
  auto number = parse_device_number(text.substr(0, equals));
  if (!number) return z::failure(number.error().within(fmt::format("--device {}", text)));
  const auto rest = text.substr(equals + 1);
  const auto colon = std::min(rest.find(':'), rest.size());
  return DeviceDefinition{.number = *number, .type = std::string{rest.substr(0, colon)},
                          .arguments = std::string{rest.substr(std::min(colon + 1, rest.size()))},
                          .chpids = {z::Chpid{std::uint8_t{0}}}};
}

z::Result<std::unique_ptr<BarePartition>> BarePartition::create(const Options& options, const z::Clock& clock, Events events) {
  std::unique_ptr<BarePartition> partition{new BarePartition{std::move(events)}};
  partition->machine_ = Z_TRY(Machine::create(Z_TRY(cpu::Storage::create(options.memory)), *partition, clock,
                                              Machine::Options{.cpus = options.cpus, .model = options.model, .io_threads = 2}));
  partition->sclp_ = std::make_unique<Sclp>(
      *partition->machine_, Sclp::Options{.load_parameter = "", .output = partition->events_.console_output});
  if (options.trace_io) partition->machine_->subsystem().trace().start(partition->events_.trace_line);
  Z_CHECK(partition->attach_devices(options));
  return partition;
}

BarePartition::~BarePartition() { machine_.reset(); }

z::Result<> BarePartition::attach_devices(const Options& options) {
  types_ = Z_TRY(device_types(options.plugins));
  auto console = std::make_unique<Console3215>([this](std::string_view text) { events_.console_output(text); });
  console_ = console.get();
  std::vector<DeviceDefinition> definitions;
  for (const auto& text : options.devices) definitions.push_back(Z_TRY(parse_device(text)));
  auto number = default_console;
  for (const auto& definition : definitions)
    if (definition.type == "3215") number = definition.number;
  for (const auto& definition : definitions)
    if (definition.type != "3215") Z_CHECK(attach(definition));
  if (auto attached = machine_->subsystem().attach(number, std::move(console)); !attached)
    return z::failure(std::move(attached).error());
  return {};
}

z::Result<> BarePartition::attach(const DeviceDefinition& definition) {
  auto device = types_->create(definition.type, definition.arguments);
  if (!device) return z::failure(device.error().within(fmt::format("device {:04X}", definition.number.value)));
  if (auto attached = machine_->subsystem().attach(definition.number, std::move(*device), definition.chpids); !attached)
    return z::failure(std::move(attached).error());
  return {};
}

z::Result<> BarePartition::start_program(const LoadRequest& request) {
  machine_->start(Z_TRY(load_program(machine_->storage(), request)));
  return {};
}

z::Result<> BarePartition::load(z::DeviceNumber device) {
  std::promise<z::Result<>> loaded;
  machine_->load(device, Machine::Clear::yes, [&](z::Result<> result) { loaded.set_value(std::move(result)); });
  return loaded.get_future().get();
}

void BarePartition::console_input(std::string line) {
  if (sclp_->events().wrote_last()) sclp_->events().input_line(line);
  else console_->input(std::move(line));
}

BarePartition::EndState BarePartition::end_state() {
  EndState end{};
  for (unsigned i = machine_->cpus().cpu_count(); i-- > 0;) {
    const auto cpu = machine_->view(i);
    end.instructions += cpu.instructions;
    const bool waits = cpu.is_waiting && !cpu.is_stopped;
    if (end.disabled_wait && !waits) continue;
    end.disabled_wait = waits;
    end.psw_mask = cpu.psw.mask;
    end.psw_address = cpu.psw.address;
    end.cpu = i;
  }
  return end;
}

std::uint64_t BarePartition::cpu_id(unsigned) const {
  return lpar::cpu_id(0, 0x01'2345, machine_->cpus().model());
}

std::uint8_t BarePartition::system_information(unsigned function, unsigned selector1, unsigned selector2,
                                               std::span<std::byte, 4096> sysib) {
  return partition_information(function, selector1, selector2, {.name = "ENDICOTT", .model = machine_->cpus().model(), .cpus = machine_->cpus().cpu_count()}, sysib);
}

// DIAGNOSE X'44' and X'9C' give up the time slice; here every CPU has a host thread of its own. Others are not defined.
cpu::Step BarePartition::diagnose(cpu::Cpu& cpu, const cpu::Op& op) {
  const auto code = cpu.operand2_rs(op) & 0xFFFF;
  if (code == 0x44 || code == 0x9C) return cpu::Step::next;
  return cpu.program_interruption(cpu::Pic::specification);
}

cpu::Step BarePartition::service_call(cpu::Cpu& cpu, std::uint32_t command, std::uint64_t sccb_real_address) {
  return sclp_->service_call(cpu, command, sccb_real_address);
}

}  // namespace lpar
