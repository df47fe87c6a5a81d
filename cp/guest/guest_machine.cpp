#include "cp/guest/guest_machine.h"

#include <algorithm>

#include "base/bytes.h"
#include "cpu/cpu.h"
#include "dasd3390/dasd3390.h"
#include "lpar/machine_file.h"

namespace cp {
namespace {

constexpr unsigned ipl_failed = 453;

}  // namespace

GuestMachine::GuestMachine(VmDefinition definition, const z::Clock& clock, Host host)
    : definition_(std::move(definition)), clock_(clock), host_(std::move(host)), alive_(std::make_shared<bool>(true)), diagnose_(definition_),
      commands_([this](std::string text, CommandCalls::Response response, std::function<void(CommandCalls::Answer)> answered) {
        host_.post([this, text = std::move(text), response, answered = std::move(answered)] { run_command(text, response, answered); });
      }),
      ctcas_(definition_, host_.switches, [post = host_.post](std::function<void()> work) { post(std::move(work)); }) {
  // What another thread posted may come when the machine is gone.
  host_.post = [post = std::move(host_.post), alive = alive_](std::function<void()> work) {
    post([alive, work = std::move(work)] {
      if (*alive) work();
    });
  };
}

GuestMachine::~GuestMachine() {
  *alive_ = false;
  debugger_.reset();
  ctcas_.leave();
  machine_.reset();
}

z::Result<std::unique_ptr<GuestMachine>> GuestMachine::create(VmDefinition definition, Contents contents, Frames& frames,
                                                                  cpu::Storage& partition, Volumes& volumes,
                                                                  const z::Clock& clock, Host host) {
  std::unique_ptr<GuestMachine> machine{new GuestMachine{std::move(definition), clock, std::move(host)}};
  Z_CHECK(machine->build(contents, frames, partition, volumes));
  return machine;
}

z::Result<> GuestMachine::build(Contents contents, Frames& frames, cpu::Storage& partition, Volumes& volumes) {
  frames_.emplace(Z_TRY(frames.reserve(definition_.storage)));
  auto storage = Z_TRY(cpu::Storage::slice(partition, frames_->origin(), definition_.storage));
  machine_ = Z_TRY(lpar::Machine::create(std::move(storage), *this, clock_,
                                         lpar::Machine::Options{.cpus = definition_.cpus, .model = definition_.model, .io_threads = 1}));
  sclp_ = std::make_unique<lpar::Sclp>(
      *machine_, lpar::Sclp::Options{.console = lpar::sclp::Console::lines, .output = [this](std::string_view text) {
                                       host_.post([this, lines = std::string{text}] { console_text(lines); });
                                     }});
  diagnose_308_ = std::make_unique<lpar::Diagnose308>(*machine_, [this](lpar::Diagnose308::Act act) {
    host_.post([this, act] { carry_out(act); });
  });
  // No guest sees what another left in these frames.
  machine_->system_reset(contents == Contents::cleared ? lpar::Machine::Clear::yes : lpar::Machine::Clear::no);
  Z_CHECK(attach_console());
  for (const auto& minidisk : definition_.minidisks) Z_CHECK(attach_minidisk(minidisk, volumes));
  for (const auto device : definition_.readers) Z_CHECK(attach_reader(device));
  return ctcas_.attach_all(machine_->subsystem());
}

z::Result<> GuestMachine::attach_console() {
  auto console = std::make_unique<lpar::Console3215>(
      [this](std::string_view text) { host_.post([this, line = std::string{text}] { console_text(line); }); });
  console_ = console.get();
  if (auto attached = machine_->subsystem().attach(definition_.console, std::move(console)); !attached)
    return z::failure(std::move(attached).error());
  return {};
}

z::Result<> GuestMachine::attach_reader(z::DeviceNumber device) {
  auto reader = std::make_unique<unitrecord::Reader3505>(std::deque<unitrecord::Reader3505::Stack>{});
  auto* const made = reader.get();
  if (auto attached = machine_->subsystem().attach(device, std::move(reader)); !attached) return z::failure(std::move(attached).error());
  if (reader_ == nullptr) reader_ = made;
  return {};
}

Answer<> GuestMachine::put_into_reader(ReaderFile file) {
  if (reader_ == nullptr) return refusal(6730, definition_.userid);
  using unitrecord::Coding, unitrecord::Deck;
  reader_->put({std::move(file.name), Deck::of(std::move(file.content), file.kind == ReaderFile::Kind::text ? Coding::text : Coding::image)});
  return {};
}

std::vector<std::string> GuestMachine::reader_files() const { return reader_ == nullptr ? std::vector<std::string>{} : reader_->names(); }

Answer<> GuestMachine::purge_reader() {
  if (reader_ == nullptr) return refusal(6730, definition_.userid);
  reader_->take_all();
  return {};
}

z::Result<> GuestMachine::attach_minidisk(const MinidiskDefinition& minidisk, Volumes& volumes) {
  const auto* volume = volumes.find(minidisk.volume);
  if (volume == nullptr)
    return z::failure("DASD {:04X} not linked; volid {} not mounted", minidisk.number.value, minidisk.volume);
  using Writing = dasd3390::Dasd3390::Writing;
  auto device = dasd3390::Dasd3390::attach(volume->volume, {minidisk.start, minidisk.cylinders},
                                           minidisk.read_only ? Writing::inhibited : Writing::allowed);
  if (!device) return z::failure(device.error().within(fmt::format("DASD {:04X}", minidisk.number.value)));
  if (auto attached = machine_->subsystem().attach(minidisk.number, std::move(*device)); !attached)
    return z::failure(std::move(attached).error());
  real_devices_.emplace(minidisk.number, volume->rdev);
  return {};
}

// The 3215 gives text with its line ends; CP deals in lines.
void GuestMachine::console_text(std::string_view text) {
  for (const char c : text) {
    if (c != '\n') console_line_ += c;
    else host_.console_line(*this, std::exchange(console_line_, {}));
  }
}

void GuestMachine::ipl(Ipl request, Done done) {
  const auto device = lpar::parse_device_number(request.target);
  if (!device) return done(refusal(22));  // named saved systems are not provided
  const auto clear = request.clears ? lpar::Machine::Clear::yes : lpar::Machine::Clear::no;
  const auto begun = without_debugger([&] {
    go_on();
    run_state_ = RunState::loading;
    reset_firmware();
    sclp_->set_load_parameter(request.load_parameter);
    diagnose_308_->set_loaded_from({.device = *device, .load_parameter = request.load_parameter, .parameter = request.parameter});
    machine_->load(*device, clear, [this, done](z::Result<> result) {
      host_.post([this, done, result = std::move(result)] {
        run_state_ = result ? RunState::running : RunState::stopped;
        done(result ? Answer<>{} : Answer<>{std::unexpected{Message{ipl_failed, result.error().within("HCPGIR453E IPL").text()}}});
      });
    });
  });
  if (!begun) done(begun);
}

// An operator function waits for CPUs that a debugger has stopped, and CP must wait for nobody: it is refused then, and no debugger
// can come while it is under way.
Answer<> GuestMachine::without_debugger(const std::function<void()>& work) {
  if (debugger_ != nullptr && !debugger_->keep_debuggers_away()) return refusal(6711, definition_.userid);
  work();
  if (debugger_ != nullptr) debugger_->admit_debuggers();
  return {};
}

Answer<> GuestMachine::open_debugger(std::uint16_t port) {
  if (quiesced_) return refusal(6710, definition_.userid, "it is being relocated");
  close_debugger();
  const auto endpoint = fmt::format("127.0.0.1:{}", port);
  auto server = gdb::Server::start(*machine_, {.endpoint = endpoint, .killed = [this] { host_.post([this] { debugger_killed(); }); }});
  if (!server) return refusal(6710, definition_.userid, server.error().text());
  debugger_ = std::move(*server);
  return {};
}

// Whatever the debugger has stopped goes on.
void GuestMachine::close_debugger() {
  if (debugger_ == nullptr) return;
  debugger_.reset();
  if (!paused_ && run_state_ == RunState::stopped && !machine_->is_idle_for_good()) run_state_ = RunState::running;
}

std::optional<VirtualMachine::Debugger> GuestMachine::debugger() const {
  if (debugger_ == nullptr) return std::nullopt;
  return Debugger{fmt::format("127.0.0.1:{}", debugger_->port()), debugger_->has_debugger()};
}

// The debugger's "kill": the virtual machine is reset, and is still logged on.
void GuestMachine::debugger_killed() {
  close_debugger();
  reset(Reset::normal, [](const Answer<>&) {});
}

// What is CP's own of a machine that was reset.
void GuestMachine::reset_firmware() {
  sclp_->events().reset();
  commands_.reset();
  inter_user_.reset();
}

void GuestMachine::go_on() {
  if (!std::exchange(paused_, false)) return;
  machine_->cpus().unpause();
  run_state_ = RunState::running;
}

void GuestMachine::begin(std::optional<std::uint64_t> address, Done done) {
  if (address && paused_) machine_->cpus().cpu(0).psw.ia = *address;
  go_on();
  done({});
}

// The virtual CPUs of one machine are stopped together.
void GuestMachine::stop(std::optional<std::uint8_t>, Done done) {
  if (run_state_ == RunState::running) {
    machine_->cpus().pause();
    run_state_ = RunState::stopped;
    paused_ = true;
  }
  done({});
}

void GuestMachine::reset(Reset kind, Done done) {
  done(without_debugger([&] {
    go_on();
    if (kind == Reset::restart) {
      machine_->cpus().restart(0);
      run_state_ = RunState::running;
    } else {
      machine_->system_reset(kind == Reset::clear ? lpar::Machine::Clear::yes : lpar::Machine::Clear::no);
      reset_firmware();
      run_state_ = RunState::stopped;
    }
  }));
}

std::vector<VirtualMachine::Cpu> GuestMachine::cpus() const {
  std::vector<VirtualMachine::Cpu> result;
  for (unsigned i = 0; i < definition_.cpus; ++i) {
    const auto state = machine_->view(i);
    using State = VirtualMachine::Cpu::State;
    result.push_back({.address = static_cast<std::uint8_t>(i), .is_base = i == 0, .cpuid = cpu_id(i),
                      .state = state.is_stopped ? State::stopped
                               : !state.is_waiting ? State::operating
                               : state.is_enabled ? State::waiting : State::disabled_wait});
  }
  return result;
}

std::vector<VirtualMachine::Device> GuestMachine::devices() const {
  std::vector<Device> result;
  auto& subsystem = machine_->subsystem();
  for (const auto number : subsystem.devices()) {
    Device device{.number = number, .type = std::string{subsystem.device(number)->type()},
                  .subchannel = subsystem.subchannel_of(number)->number, .volume = {}, .real = {}, .coupled_to = ctcas_.coupled_to(number)};
    if (ctcas_.has(number)) device.kind = Device::Kind::ctca;
    if (number == definition_.console) device.kind = Device::Kind::console;
    for (const auto& disk : definition_.minidisks) {
      if (disk.number != number) continue;
      device.kind = Device::Kind::dasd;
      device.volume = disk.volume;
      device.real = real_devices_.at(number);
      device.cylinders = disk.cylinders;
      device.access = disk.read_only ? Device::Access::read_only : Device::Access::read_write;
    }
    if (const auto found = attached_.find(number); found != attached_.end()) {
      device.kind = Device::Kind::dasd;
      device.volume = found->second.volid;
      device.real = found->second.real;
      device.cylinders = found->second.cylinders;
      device.access = found->second.is_read_only ? Device::Access::read_only : Device::Access::read_write;
    }
    result.push_back(std::move(device));
  }
  return result;
}

void GuestMachine::registers(std::uint8_t cpu, Told<RegisterSet> told) {
  if (cpu >= definition_.cpus) return told(refusal(2, fmt::format("{:02X}", cpu)));
  machine_->cpus().pause();
  auto& from = machine_->cpus().cpu(cpu);
  RegisterSet set;
  const auto psw = from.psw_image();
  set.psw = {psw.mask, psw.address};
  for (unsigned i = 0; i < 16; ++i) {
    set.general[i] = from.gr(i);
    set.control[i] = from.cr(i);
    set.floating_point[i] = from.fpr(i);
    set.access[i] = from.ar(i);
  }
  set.prefix = from.prefix();
  machine_->cpus().unpause();
  told(set);
}

void GuestMachine::set_registers(std::uint8_t cpu, RegisterSet set, Done done) {
  if (cpu >= definition_.cpus) return done(refusal(2, fmt::format("{:02X}", cpu)));
  machine_->cpus().pause();
  auto& to = machine_->cpus().cpu(cpu);
  to.load_psw({set.psw[0], set.psw[1]});
  for (unsigned i = 0; i < 16; ++i) {
    to.gr(i) = set.general[i];
    to.cr(i) = set.control[i];
    to.fpr(i) = set.floating_point[i];
    to.ar(i) = set.access[i];
  }
  to.control_registers_changed();
  machine_->cpus().unpause();
  done({});
}

// DISPLAY and STORE work on real and absolute storage; virtual addresses need the guest's translation, which is the CPU's own.
Answer<std::uint64_t> GuestMachine::absolute_address(const StoragePlace& place, std::uint64_t length) {
  auto address = place.address;
  if (place.kind == StoragePlace::Kind::virtual_ || place.cpu >= definition_.cpus) return refusal(2, "V");
  if (place.kind == StoragePlace::Kind::real) address = machine_->cpus().cpu(place.cpu).absolute({address}).value;
  if (!machine_->storage().contains({address}, length)) return refusal(160, fmt::format("{:X}", place.address));
  return address;
}

void GuestMachine::read_storage(StoragePlace place, std::uint64_t length, Told<StoragePiece> told) {
  const auto address = absolute_address(place, length);
  if (!address) return told(std::unexpected{address.error()});
  StoragePiece piece{.bytes = std::vector<std::byte>(length), .key = machine_->storage().key(z::frame_of({*address}))};
  machine_->storage().fetch({*address}, piece.bytes, 0);
  told(std::move(piece));
}

void GuestMachine::write_storage(StoragePlace place, std::vector<std::byte> bytes, Done done) {
  const auto address = absolute_address(place, bytes.size());
  if (!address) return done(std::unexpected{address.error()});
  machine_->storage().store({*address}, bytes, 0);
  done({});
}

void GuestMachine::console_input(std::string text, Done done) {
  console_->input(std::move(text));
  done({});
}

void GuestMachine::define_ctca(z::DeviceNumber device, std::string partner, Done done) {
  done(ctcas_.define(machine_->subsystem(), {.number = device, .partner = std::move(partner), .vswitch = {}}));
}

// The console is CP's hold on the guest.
void GuestMachine::detach(z::DeviceNumber device, Done done) {
  const auto name = fmt::format("{:04X}", device.value);
  if (device == definition_.console) return done(refusal(6, name));
  ctcas_.detached(device);
  if (reader_ != nullptr && machine_->subsystem().device(device) == reader_) reader_ = nullptr;
  if (!machine_->subsystem().detach(device)) return done(refusal(40, name));
  attached_.erase(device);
  done({});
}

Answer<> GuestMachine::attach(const RealVolume& volume, const AttachRequest& request) {
  using Writing = dasd3390::Dasd3390::Writing;
  const auto real = fmt::format("{:04X}", volume.rdev.value), virtual_device = fmt::format("{:04X}", request.virtual_device.value);
  if (machine_->subsystem().device(request.virtual_device) != nullptr) return refusal(6741, real, request.to, virtual_device);
  const auto whole = volume.volume->whole();
  auto device = dasd3390::Dasd3390::attach(volume.volume, whole, request.is_read_only ? Writing::inhibited : Writing::allowed);
  if (!device) return refusal(6742, real, device.error().text());
  if (auto done = machine_->subsystem().attach(request.virtual_device, std::move(*device)); !done) return refusal(6742, real, done.error().text());
  attached_[request.virtual_device] = {.real = volume.rdev, .volid = volume.volid, .cylinders = whole.cylinders, .is_read_only = request.is_read_only};
  return {};
}

// Parking the CPUs and stopping I/O between two commands each take as long as a guest's longest unit of work, so both happen
// away from the event loop.
void GuestMachine::quiesce(std::function<void()> parked, std::function<void()> drained) {
  Z_ASSERT(!quiesced_);
  quiesced_ = true;
  quiescing_ = std::jthread{[this, parked = std::move(parked), drained = std::move(drained), epoch = ++quiesce_epoch_] {
    machine_->cpus().pause();
    post_if_quiesced(epoch, parked);
    machine_->subsystem().quiesce();
    post_if_quiesced(epoch, drained);
  }};
}

void GuestMachine::post_if_quiesced(unsigned epoch, std::function<void()> work) {
  host_.post([this, epoch, work = std::move(work)] {
    if (quiesced_ && epoch == quiesce_epoch_) work();
  });
}

void GuestMachine::unquiesce() {
  if (!std::exchange(quiesced_, false)) return;
  quiescing_.join();
  ctcas_.go_on();
  machine_->subsystem().continue_io();
  machine_->cpus().unpause();
  if (asked_) carry_out(*std::exchange(asked_, std::nullopt));
}

z::Result<std::vector<std::byte>> GuestMachine::save_state() {
  Z_ASSERT(quiesced_);
  ctcas_.hold();
  z::ByteWriter writer;
  writer.u8(paused_ ? 1 : 0);
  writer.u8(asked_ ? static_cast<std::uint8_t>(*asked_) + 1 : 0);
  writer.block(machine_->save());
  writer.block(sclp_->events().save());
  writer.block(diagnose_308_->save());
  writer.block(commands_.save());
  writer.be64(inter_user_.buffers());
  writer.block(std::as_bytes(std::span{console_line_}));
  writer.block(ctcas_.save());
  return std::move(writer).bytes();
}

void GuestMachine::expect_state() { machine_->quiesce(); }

z::Result<> GuestMachine::restore_state(std::span<const std::byte> state) {
  z::ByteReader reader{state};
  paused_ = Z_TRY(reader.u8()) != 0;
  using Act = lpar::Diagnose308::Act;
  const auto asked = Z_TRY(reader.u8());
  if (asked > static_cast<std::uint8_t>(Act::load_clear) + 1) return z::failure("a guest asks for {}, which is not known here", asked);
  if (asked != 0) asked_ = static_cast<Act>(asked - 1);
  Z_CHECK(machine_->restore(Z_TRY(reader.block())));
  Z_CHECK(sclp_->events().restore(Z_TRY(reader.block())));
  diagnose_308_->restore(Z_TRY(reader.block()));
  Z_CHECK(commands_.restore(Z_TRY(reader.block())));
  inter_user_.set_buffers(Z_TRY(reader.be64()));
  const auto begun = Z_TRY(reader.block());
  console_line_.assign(begun.size(), ' ');
  std::ranges::transform(begun, console_line_.begin(), [](std::byte b) { return static_cast<char>(b); });
  const auto ctcas = Z_TRY(reader.block());
  ctca_state_.assign(ctcas.begin(), ctcas.end());
  return {};
}

// A guest that its user had stopped stays stopped.
void GuestMachine::activate() {
  if (const auto restored = ctcas_.restore(std::exchange(ctca_state_, {})); !restored)
    host_.console_line(*this, restored.error().within("HCPRLN1992W").text());  // they begin anew
  ctcas_.plug_all();
  machine_->subsystem().continue_io();
  run_state_ = paused_ ? RunState::stopped : RunState::running;
  if (!paused_) machine_->cpus().unpause();
  if (asked_) carry_out(*std::exchange(asked_, std::nullopt));
}

}  // namespace cp
