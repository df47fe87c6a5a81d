#include "lpar/bare_partition.h"

#include <algorithm>
#include <future>

#include "channel/debug/debugger.h"
#include "channel/trace.h"
#include "cpu/cpu.h"
#include "cpu/op.h"
#include "lpar/device_types.h"
#include "lpar/system_information.h"

namespace lpar {
namespace {

constexpr z::DeviceNumber default_console{std::uint16_t{0x0009}};

constexpr sclp::Console sclp_consoles(Consoles consoles) {
  switch (consoles) {
    case Consoles::typewriter: return sclp::Console::none;
    case Consoles::terminal: return sclp::Console::terminal;
    default: return sclp::Console::both;
  }
}

}  // namespace

z::Result<DeviceDefinition> parse_device(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos)
    return z::failure("--device {}: write DEVNO=TYPE:ARGS, for example 0100=3390:file=disk.ckd", text);
  auto place = parse_device_place(text.substr(0, equals));
  if (!place) return z::failure(place.error().within(fmt::format("--device {}", text)));
  const auto rest = text.substr(equals + 1);
  const auto colon = std::min(rest.find(':'), rest.size());
  return DeviceDefinition{.number = place->number, .set = place->set, .type = std::string{rest.substr(0, colon)},
                          .arguments = std::string{rest.substr(std::min(colon + 1, rest.size()))},
                          .chpids = {z::Chpid{std::uint8_t{0}}}};
}

z::Result<std::unique_ptr<BarePartition>> BarePartition::create(const Options& options, const z::Clock& clock, Events events) {
  std::unique_ptr<BarePartition> partition{new BarePartition{std::move(events)}};
  partition->machine_ = Z_TRY(Machine::create(Z_TRY(cpu::Storage::create(options.memory)), *partition, clock,
                                              Machine::Options{.cpus = options.cpus, .model = options.model, .io_threads = 2}));
  auto& self = *partition;
  self.sclp_ = std::make_unique<Sclp>(
      *self.machine_, Sclp::Options{.console = sclp_consoles(options.consoles), .output = self.events_.console_output});
  self.diagnose_308_ = std::make_unique<Diagnose308>(*self.machine_, [&self](Diagnose308::Act act) { self.ask(act); });
  if (options.trace_io) {
    const channel::TraceTarget target{self.machine_->subsystem().trace(), ""};
    Z_CHECK(channel::start_traces(*options.trace_io, {&target, 1}, self.events_.trace_line));
  }
  self.debug_io();
  for (const auto& command : options.io_commands)
    for (const auto& line : self.machine_->subsystem().debugger().command(command)) self.events_.trace_line(line);
  Z_CHECK(partition->attach_devices(options));
  self.operator_ = std::jthread{[&self] { self.serve(); }};
  return partition;
}

BarePartition::~BarePartition() {
  {
    const z::Lock lock{asked_lock_};
    ending_ = true;
    asked_changed_.notify_all();
  }
  if (operator_.joinable()) operator_.join();
  machine_.reset();
}

z::Result<> BarePartition::attach_devices(const Options& options) {
  types_ = Z_TRY(device_types(options.plugins));
  std::vector<DeviceDefinition> definitions;
  for (const auto& text : options.devices) definitions.push_back(Z_TRY(parse_device(text)));
  std::optional<z::DeviceNumber> typewriter;
  if (options.consoles == Consoles::all || options.consoles == Consoles::typewriter) typewriter = default_console;
  for (const auto& definition : definitions)
    if (definition.number == default_console) typewriter.reset();
  for (const auto& definition : definitions)
    if (definition.type == "3215") typewriter = definition.number;
  for (const auto& definition : definitions)
    if (definition.type != "3215") Z_CHECK(attach(definition));
  return typewriter ? attach_typewriter(*typewriter) : z::Result<>{};
}

z::Result<> BarePartition::attach_typewriter(z::DeviceNumber number) {
  auto console = std::make_unique<Console3215>([this](std::string_view text) { events_.console_output(text); });
  console_ = console.get();
  console_number_ = number;
  if (auto attached = machine_->subsystem().attach(number, std::move(console)); !attached)
    return z::failure(std::move(attached).error());
  return {};
}

z::Result<> BarePartition::attach(const DeviceDefinition& definition) {
  auto device = types_->create(definition.type, definition.arguments);
  if (!device) return z::failure(device.error().within(fmt::format("device {:04X}", definition.number.value)));
  if (auto attached = machine_->subsystem().attach(definition.number, std::move(*device), definition.chpids, definition.set); !attached)
    return z::failure(std::move(attached).error());
  return {};
}

z::Result<> BarePartition::detach(z::DeviceNumber number) {
  if (console_ != nullptr && number == console_number_) return z::failure("device {:04X} is the console", number.value);
  return machine_->subsystem().detach(number);
}

z::Result<> BarePartition::load_program(const LoadRequest& request) {
  loaded_ = request;
  const auto program = Z_TRY(lpar::load_program(machine_->storage(), request));
  machine_->cpus().load_psw(0, {.mask = program.psw_mask, .address = program.entry});
  return {};
}

z::Result<> BarePartition::start_program(const LoadRequest& request) {
  Z_CHECK(load_program(request));
  start();
  return {};
}

z::Result<> BarePartition::load(z::DeviceNumber device) {
  loaded_ = device;
  diagnose_308_->set_loaded_from({.device = device, .load_parameter = {}, .parameter = {}});
  std::promise<z::Result<>> loaded;
  machine_->load(device, Machine::Clear::yes, [&](z::Result<> result) { loaded.set_value(std::move(result)); });
  return loaded.get_future().get();
}

void BarePartition::console_input(std::string line) {
  if (console_ == nullptr || sclp_->events().has_written()) sclp_->events().input_line(line);
  else console_->input(std::move(line));
}

void BarePartition::terminal_input(std::string_view bytes) { sclp_->events().input_bytes(bytes); }

void BarePartition::machine_idle_for_good() {
  {
    const z::Lock lock{asked_lock_};
    if (carrying_out_) return;
  }
  events_.ended();
}

void BarePartition::ask(Diagnose308::Act act) {
  const z::Lock lock{asked_lock_};
  asked_ = act;
  carrying_out_ = true;
  asked_changed_.notify_all();
}

void BarePartition::serve() {
  for (;;) {
    Diagnose308::Act act{};
    {
      const z::Lock lock{asked_lock_};
      while (!asked_ && !ending_) asked_changed_.wait(asked_lock_);
      if (ending_) return;
      act = *std::exchange(asked_, std::nullopt);
    }
    const auto done = carry_out(act);
    if (!done) events_.console_output(fmt::format("IPL failed: {}\n", done.error().text()));
    {
      const z::Lock lock{asked_lock_};
      carrying_out_ = asked_.has_value();
      if (carrying_out_) continue;
    }
    if (machine_->is_idle_for_good()) events_.ended();
  }
}

z::Result<> BarePartition::carry_out(Diagnose308::Act act) {
  if (act == Diagnose308::Act::reset) {
    reset(Machine::Clear::no);
    z::be64 psw;
    machine_->storage().fetch({0}, std::as_writable_bytes(std::span{&psw, 1}), 0);
    machine_->start(Z_TRY(expand_ipl_psw(psw)));
    return {};
  }
  if (const auto source = diagnose_308_->source()) loaded_ = source->device;
  reset(act == Diagnose308::Act::load_clear ? Machine::Clear::yes : Machine::Clear::no);
  return reload();
}

z::Result<> BarePartition::reload() {
  if (const auto* device = std::get_if<z::DeviceNumber>(&loaded_)) return load(*device);
  if (const auto* program = std::get_if<LoadRequest>(&loaded_)) return start_program(LoadRequest{*program});
  return z::failure("the machine was not loaded from anything");
}

void BarePartition::debug_io() {
  machine_->subsystem().debugger().set_host({.stopped = [this](const std::string& why) { io_stopped(why); },
                                             .resumed = [this] { io_resumed(); }});
}

void BarePartition::io_stopped(const std::string& why) {
  {
    const z::Lock lock{io_stop_lock_};
    if (!std::exchange(io_stopped_, true)) machine_->cpus().pause();
  }
  events_.trace_line(why);
}

void BarePartition::io_resumed() {
  const z::Lock lock{io_stop_lock_};
  if (std::exchange(io_stopped_, false)) machine_->cpus().unpause();
}

void BarePartition::reset(Machine::Clear clear) {
  machine_->system_reset(clear);
  sclp_->events().reset();
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
  return partition_information(function, selector1, selector2, {.name = "ENDICOTT", .model = machine_->cpus().model(), .cpus = machine_->cpus().cpu_count(),
                                .standby = machine_->cpus().standby_count()}, sysib);
}

// DIAGNOSE X'44' and X'9C' give up the time slice. Codes that are not here are not defined.
cpu::Step BarePartition::diagnose(cpu::Cpu& cpu, const cpu::Op& op) {
  const auto code = cpu.operand2_rs(op) & 0xFFFF;
  if (code == 0x308) return diagnose_308_->perform(cpu, op);
  if (code == 0x44 || code == 0x9C) {
    std::this_thread::yield();
    return cpu::Step::next;
  }
  return cpu.program_interruption(cpu::Pic::specification);
}

cpu::Step BarePartition::service_call(cpu::Cpu& cpu, std::uint32_t command, std::uint64_t sccb_real_address) {
  return sclp_->service_call(cpu, command, sccb_real_address);
}

}  // namespace lpar
