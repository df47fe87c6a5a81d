#include "lpar/machine.h"

#include <bit>

#include "base/be.h"
#include "base/bytes.h"
#include "channel/blocks.h"
#include "channel/subsystem_call.h"

namespace lpar {
namespace {

cpu::IoAnswer answer(channel::Answer from) {
  if (from == channel::Answer::operand_exception) return std::unexpected{cpu::Pic::operand};
  return static_cast<std::uint8_t>(from);
}

constexpr std::uint32_t state_version = 1;

}  // namespace

z::Result<std::unique_ptr<Machine>> Machine::create(std::unique_ptr<cpu::Storage> storage, Firmware& firmware,
                                                    const z::Clock& clock, Options options) {
  std::unique_ptr<Machine> machine{new Machine{std::move(storage), firmware}};
  machine->cpus_ = Z_TRY(cpu::Configuration::create(*machine->storage_, *machine, clock, {.cpus = options.cpus, .model = options.model}));
  machine->subsystem_ = std::make_unique<channel::Subsystem>(
      *machine->storage_, clock,
      channel::Subsystem::Options{
          .threads = options.io_threads,
          .interruption_pending = [m = machine.get()](std::uint8_t isc_mask) { m->io_became_pending(isc_mask); },
          .channel_report_pending = [m = machine.get()] { m->cpus_->channel_report_pending(); }});
  return machine;
}

// The CPUs first, since they call the subsystem; then the subsystem, whose threads still know the CPUs.
Machine::~Machine() { cpus_->retire(); }

void Machine::load(z::DeviceNumber device, Clear clear, std::function<void(z::Result<>)> done) {
  system_reset(clear);
  const auto number = subsystem_->subchannel_of(device);
  if (!number) return done(z::failure("device {:04X} does not exist", device.value));
  if (number->set != 0) subsystem_->enable_subchannel_sets();  // as IPL from such a device does
  const auto ssid = number->word();
  {
    z::Lock lock{load_mutex_};
    load_done_ = std::move(done);
    load_ssid_ = ssid;
  }
  if (auto begun = begin_load(ssid); !begun) {
    z::Lock lock{load_mutex_};
    std::exchange(load_done_, nullptr)(std::move(begun));
  }
}

// The channel program starts with an implied format-0 CCW: read 24 bytes to location 0, command-chained to the CCW that
// the read itself brings to location 8 (PoP ch. 17, "CCW-Type IPL").
z::Result<> Machine::begin_load(std::uint32_t ssid) {
  channel::Schib schib{};
  subsystem_->store(ssid, schib);
  schib.pmcw.flags = schib.pmcw.flags | channel::Pmcw::enabled;
  if (subsystem_->modify(ssid, schib) != channel::Answer::cc0) return z::failure("the device cannot be enabled");
  const z::be64 implied_ccw = 0x0200'0000'6000'0018;
  storage_->store({0}, std::as_bytes(std::span{&implied_ccw, 1}), 0);
  channel::Orb orb{};
  orb.control = channel::Orb::path_mask;
  if (subsystem_->start(ssid, orb) != channel::Answer::cc0) return z::failure("the device is not operational");
  return {};
}

void Machine::io_became_pending(std::uint8_t isc_mask) {
  std::function<void(z::Result<>)> done;
  std::uint32_t ssid = 0;
  {
    z::Lock lock{load_mutex_};
    if (load_done_) {
      const auto pending = subsystem_->pending_interruption(0xFF);
      if (!pending || pending->subsystem_identification != load_ssid_) return;
      done = std::exchange(load_done_, nullptr);
      ssid = load_ssid_;
    }
  }
  if (done) done(end_load(ssid));
  else cpus_->io_interruption_pending(isc_mask);
}

z::Result<> Machine::end_load(std::uint32_t ssid) {
  subsystem_->take_interruption(0xFF);
  channel::Irb irb{};
  subsystem_->test(ssid, irb);
  subsystem_->clear_status(ssid);
  const auto& scsw = irb.scsw;
  constexpr auto incorrect_length = channel::subchannel_status::incorrect_length;
  if (scsw.device_status != channel::ended.bits || (scsw.subchannel_status & ~incorrect_length) != 0)
    return z::failure("the IPL program could not be read: device status {:02X}, subchannel status {:02X}",
                      scsw.device_status, scsw.subchannel_status);
  const struct { z::be32 subsystem_identification, parameter; } code{ssid, 0};
  storage_->store({0xB8}, std::as_bytes(std::span{&code, 1}), 0);
  z::be64 psw;
  storage_->fetch({0}, std::as_writable_bytes(std::span{&psw, 1}), 0);
  start(Z_TRY(expand_ipl_psw(psw)));
  return {};
}

void Machine::start(const LoadedProgram& program) {
  cpus_->load_psw(0, {.mask = program.psw_mask, .address = program.entry});
  cpus_->start(0);
}

void Machine::system_reset(Clear clear) {
  cpus_->stop_all();
  subsystem_->reset();
  using Reset = cpu::Configuration::Reset;
  cpus_->reset_all(clear == Clear::yes ? Reset::clear : Reset::initial);
}

void Machine::quiesce() {
  cpus_->pause();
  subsystem_->quiesce();
}

void Machine::resume() {
  subsystem_->continue_io();
  cpus_->unpause();
}

std::vector<std::byte> Machine::save() const {
  z::ByteWriter writer;
  writer.be32(state_version);
  writer.block(cpus_->save());
  writer.block(subsystem_->save());
  return std::move(writer).bytes();
}

z::Result<> Machine::restore(std::span<const std::byte> state) {
  z::ByteReader reader{state};
  if (const auto version = Z_TRY(reader.be32()); version != state_version)
    return z::failure("machine state has version {}, this program knows {}", version, state_version);
  Z_CHECK(cpus_->restore(Z_TRY(reader.block())));
  return subsystem_->restore(Z_TRY(reader.block()));
}

cpu::IoAnswer Machine::start_subchannel(std::uint32_t ssid, const cpu::Orb& orb) {
  return answer(subsystem_->start(ssid, std::bit_cast<channel::Orb>(orb)));
}
cpu::IoAnswer Machine::resume_subchannel(std::uint32_t ssid) { return answer(subsystem_->resume(ssid)); }
cpu::IoAnswer Machine::halt_subchannel(std::uint32_t ssid) { return answer(subsystem_->halt(ssid)); }
cpu::IoAnswer Machine::clear_subchannel(std::uint32_t ssid) { return answer(subsystem_->clear(ssid)); }
cpu::IoAnswer Machine::cancel_subchannel(std::uint32_t ssid) { return answer(subsystem_->cancel(ssid)); }
cpu::IoAnswer Machine::store_subchannel(std::uint32_t ssid, cpu::Schib& schib) {
  channel::Schib block{};
  const auto result = answer(subsystem_->store(ssid, block));
  schib = std::bit_cast<cpu::Schib>(block);
  return result;
}
cpu::IoAnswer Machine::modify_subchannel(std::uint32_t ssid, const cpu::Schib& schib) {
  return answer(subsystem_->modify(ssid, std::bit_cast<channel::Schib>(schib)));
}
cpu::IoAnswer Machine::test_subchannel(std::uint32_t ssid, cpu::Irb& irb) {
  channel::Irb block{};
  const auto result = answer(subsystem_->test(ssid, block));
  irb = std::bit_cast<cpu::Irb>(block);
  return result;
}
void Machine::commit_test(std::uint32_t ssid) { subsystem_->clear_status(ssid); }

cpu::IoAnswer Machine::reset_channel_path(std::uint32_t chpid) { return answer(subsystem_->reset_path(chpid)); }
cpu::IoAnswer Machine::set_address_limit(std::uint64_t limit) { return answer(subsystem_->set_address_limit(limit)); }
cpu::IoAnswer Machine::set_channel_monitor(std::uint64_t control, std::uint64_t origin) {
  return answer(subsystem_->set_monitor(control, origin));
}
std::uint32_t Machine::store_channel_report_word() { return subsystem_->take_channel_report(); }
cpu::IoAnswer Machine::channel_subsystem_call(std::span<std::byte, 4096> block) {
  if (!channel::call(*subsystem_, block)) return std::unexpected{cpu::Pic::operand};
  return cpu::IoAnswer{std::uint8_t{0}};
}

bool Machine::io_interruption_pending(std::uint8_t isc_mask) { return subsystem_->pending_interruption(isc_mask).has_value(); }

std::optional<cpu::IoInterruption> Machine::peek_io_interruption(std::uint8_t isc_mask) {
  const auto found = subsystem_->pending_interruption(isc_mask);
  if (!found) return std::nullopt;
  return cpu::IoInterruption{found->subsystem_identification, found->parameter, found->identification};
}

std::optional<cpu::IoInterruption> Machine::take_io_interruption(std::uint8_t isc_mask) {
  const auto taken = subsystem_->take_interruption(isc_mask);
  if (!taken) return std::nullopt;
  return cpu::IoInterruption{taken->subsystem_identification, taken->parameter, taken->identification};
}

cpu::Step Machine::diagnose(cpu::Cpu& cpu, const cpu::Op& op) { return firmware_.diagnose(cpu, op); }
cpu::Step Machine::service_call(cpu::Cpu& cpu, std::uint32_t command, std::uint64_t sccb_real_address) {
  return firmware_.service_call(cpu, command, sccb_real_address);
}
cpu::Step Machine::inter_user_communication(cpu::Cpu& cpu, const cpu::Op& op) { return firmware_.inter_user_communication(cpu, op); }
cpu::Step Firmware::inter_user_communication(cpu::Cpu& cpu, const cpu::Op&) { return cpu.program_interruption(cpu::Pic::operation); }
std::uint8_t Machine::store_system_information(cpu::Cpu&, unsigned function, unsigned selector1, unsigned selector2,
                                               std::span<std::byte, 4096> sysib) {
  return firmware_.system_information(function, selector1, selector2, sysib);
}
unsigned Machine::configuration_level() const { return firmware_.configuration_level(); }
std::uint64_t Machine::cpu_id(const cpu::Cpu& cpu) const { return firmware_.cpu_id(cpu.address()); }

bool Machine::is_idle_for_good() const {
  const auto all = cpus_->cpu_count() == 64 ? ~0ULL : (1ULL << cpus_->cpu_count()) - 1;
  if ((idle_.load() & all) != all) return false;
  // A CPU that was told to start and has not done so yet is as good as running.
  for (unsigned n = 0; n < cpus_->cpu_count(); ++n)
    if (cpus_->thread(n).has_orders()) return false;
  return true;
}

Machine::CpuView Machine::view(unsigned address) {
  cpus_->pause();
  auto& cpu = cpus_->cpu(address);
  const auto psw = cpu.psw_image();
  const CpuView view{.is_stopped = cpu.state() == cpu::CpuState::stopped, .is_waiting = cpu.psw.wait,
                     .is_enabled = is_enabled(cpu), .psw = psw, .instructions = cpu.instruction_count()};
  cpus_->unpause();
  return view;
}

bool Machine::is_enabled(const cpu::Cpu& cpu) { return cpu.psw.io || cpu.psw.external || cpu.psw.machine_check; }

// On the CPU's own thread, so its PSW may be looked at; what it says of others was left by them in `idle_`.
void Machine::cpu_state_changed(cpu::Cpu& cpu) {
  const bool idle = cpu.state() == cpu::CpuState::stopped || (cpu.is_waiting() && !is_enabled(cpu));
  const auto bit = 1ULL << cpu.address();
  if (!idle) {
    idle_.fetch_and(~bit);
    idle_was_told_ = false;
    return;
  }
  idle_.fetch_or(bit);
  if (!is_idle_for_good() || idle_was_told_.exchange(true)) return;
  firmware_.machine_idle_for_good();
  if (idle_watcher_) idle_watcher_();
}

}  // namespace lpar
