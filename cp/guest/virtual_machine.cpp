#include "cp/guest/virtual_machine.h"

#include "base/bytes.h"
#include "cpu/cpu.h"
#include "cpu/op.h"
#include "dasd3390/dasd3390.h"
#include "lpar/system_information.h"

namespace cp {

VirtualMachine::VirtualMachine(VmDefinition definition, const z::Clock& clock, Host host)
    : definition_(std::move(definition)), clock_(clock), alive_(std::make_shared<bool>(true)) {
  host_ = std::move(host);
  // What another thread posted may come when the machine is gone.
  host_.post = [post = std::move(host_.post), alive = alive_](std::function<void()> work) {
    post([alive, work = std::move(work)] {
      if (*alive) work();
    });
  };
}

VirtualMachine::~VirtualMachine() {
  *alive_ = false;
  machine_.reset();
}

z::Result<std::unique_ptr<VirtualMachine>> VirtualMachine::create(VmDefinition definition, Frames& frames,
                                                                  cpu::Storage& partition, Volumes& volumes,
                                                                  const z::Clock& clock, Host host) {
  std::unique_ptr<VirtualMachine> machine{new VirtualMachine{std::move(definition), clock, std::move(host)}};
  Z_CHECK(machine->build(frames, partition, volumes));
  return machine;
}

z::Result<> VirtualMachine::build(Frames& frames, cpu::Storage& partition, Volumes& volumes) {
  frames_.emplace(Z_TRY(frames.reserve(definition_.storage)));
  auto storage = Z_TRY(cpu::Storage::slice(partition, frames_->origin(), definition_.storage));
  machine_ = std::make_unique<lpar::Machine>(std::move(storage), *this, clock_,
                                             lpar::Machine::Options{.cpus = definition_.cpus, .io_threads = 1});
  machine_->system_reset(lpar::Machine::Clear::yes);  // no guest sees what another left in these frames
  Z_CHECK(attach_console());
  for (const auto& minidisk : definition_.minidisks) Z_CHECK(attach_minidisk(minidisk, volumes));
  return {};
}

z::Result<> VirtualMachine::attach_console() {
  auto console = std::make_unique<lpar::Console3215>(
      [this](std::string_view text) { host_.post([this, line = std::string{text}] { console_text(line); }); });
  console_ = console.get();
  if (auto attached = machine_->subsystem().attach(definition_.console, std::move(console)); !attached)
    return z::failure(std::move(attached).error());
  return {};
}

z::Result<> VirtualMachine::attach_minidisk(const MinidiskDefinition& minidisk, Volumes& volumes) {
  const auto* volume = volumes.find(minidisk.volume);
  if (volume == nullptr)
    return z::failure("DASD {:04X} not linked; volid {} not mounted", minidisk.number.value, minidisk.volume);
  using Writing = dasd3390::Dasd3390::Writing;
  auto device = dasd3390::Dasd3390::attach(volume->volume, {minidisk.start, minidisk.cylinders},
                                           minidisk.read_only ? Writing::inhibited : Writing::allowed);
  if (!device) return z::failure(device.error().within(fmt::format("DASD {:04X}", minidisk.number.value)));
  if (auto attached = machine_->subsystem().attach(minidisk.number, std::move(*device)); !attached)
    return z::failure(std::move(attached).error());
  return {};
}

// The 3215 gives text with its line ends; CP deals in lines.
void VirtualMachine::console_text(std::string_view text) {
  for (const char c : text) {
    if (c != '\n') console_line_ += c;
    else host_.console_line(*this, std::exchange(console_line_, {}));
  }
}

void VirtualMachine::ipl(z::DeviceNumber device, lpar::Machine::Clear clear, std::function<void(z::Result<>)> done) {
  run_state_ = RunState::loading;
  machine_->load(device, clear, [this, done = std::move(done)](z::Result<> result) {
    host_.post([this, done, result = std::move(result)] {
      run_state_ = result ? RunState::running : RunState::stopped;
      done(result);
    });
  });
}

void VirtualMachine::stop() {
  if (run_state_ != RunState::running) return;
  machine_->cpus().pause();
  run_state_ = RunState::stopped;
  paused_ = true;
}

void VirtualMachine::begin() {
  if (!std::exchange(paused_, false)) return;
  machine_->cpus().unpause();
  run_state_ = RunState::running;
}

void VirtualMachine::reset(lpar::Machine::Clear clear) {
  begin();
  machine_->system_reset(clear);
  run_state_ = RunState::stopped;
}

void VirtualMachine::console_input(std::string line) { console_->input(std::move(line)); }

// Parking the CPUs and stopping I/O between two commands each take as long as a guest's longest unit of work, so both happen
// away from the event loop.
void VirtualMachine::quiesce(std::function<void()> parked, std::function<void()> drained) {
  Z_ASSERT(!quiesced_);
  quiesced_ = true;
  quiescing_ = std::jthread{[this, parked = std::move(parked), drained = std::move(drained), epoch = ++quiesce_epoch_] {
    machine_->cpus().pause();
    post_if_quiesced(epoch, parked);
    machine_->subsystem().quiesce();
    post_if_quiesced(epoch, drained);
  }};
}

void VirtualMachine::post_if_quiesced(unsigned epoch, std::function<void()> work) {
  host_.post([this, epoch, work = std::move(work)] {
    if (quiesced_ && epoch == quiesce_epoch_) work();
  });
}

void VirtualMachine::unquiesce() {
  if (!std::exchange(quiesced_, false)) return;
  quiescing_.join();
  machine_->subsystem().continue_io();
  machine_->cpus().unpause();
}

z::Result<std::vector<std::byte>> VirtualMachine::save_state() {
  Z_ASSERT(quiesced_);
  z::ByteWriter writer;
  writer.u8(paused_ ? 1 : 0);
  writer.block(machine_->save());
  return std::move(writer).bytes();
}

void VirtualMachine::expect_state() { machine_->quiesce(); }

z::Result<> VirtualMachine::restore_state(std::span<const std::byte> state) {
  z::ByteReader reader{state};
  paused_ = Z_TRY(reader.u8()) != 0;
  return machine_->restore(Z_TRY(reader.block()));
}

// A guest that its user had stopped stays stopped.
void VirtualMachine::activate() {
  machine_->subsystem().continue_io();
  run_state_ = paused_ ? RunState::stopped : RunState::running;
  if (!paused_) machine_->cpus().unpause();
}

// CPUID of a z/VM guest begins with FF (reference/machine.md, STIDP).
std::uint64_t VirtualMachine::cpu_id(unsigned) const {
  return 0xFF00'0000'0000'0000 | std::uint64_t{definition_.cpu_serial & 0xFF'FFFF} << 32 |
         std::uint64_t{lpar::machine_type} << 16 | 0x8000;
}

std::uint8_t VirtualMachine::system_information(unsigned function, unsigned selector1, unsigned selector2,
                                                std::span<std::byte, 4096> sysib) {
  return lpar::virtual_machine_information(function, selector1, selector2,
                                           {.userid = definition_.userid, .cpus = definition_.cpus}, sysib);
}

// DIAGNOSE X'44' and X'9C' give up the time slice; every virtual CPU has a host thread of its own, so there is nothing to give.
// CP's other DIAGNOSE functions are not provided: specification, as CP answers an unknown code.
cpu::Step VirtualMachine::diagnose(cpu::Cpu& cpu, const cpu::Op& op) {
  const auto code = cpu.operand2_rs(op) & 0xFFFF;
  if (code == 0x44 || code == 0x9C) return cpu::Step::next;
  return cpu.program_interruption(cpu::Pic::specification);
}

// There is no SCLP in this virtual machine: not operational.
cpu::Step VirtualMachine::service_call(cpu::Cpu& cpu, std::uint32_t, std::uint64_t) {
  cpu.cc = 3;
  return cpu::Step::next;
}

void VirtualMachine::machine_idle_for_good() {
  host_.post([this] {
    if (run_state_ != RunState::running || !machine_->cpus().is_idle_for_good()) return;
    run_state_ = RunState::stopped;
    host_.stopped(*this);
  });
}

}  // namespace cp
