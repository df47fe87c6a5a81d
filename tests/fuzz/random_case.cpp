#include "random_case.h"

#include <array>
#include <map>
#include <memory>
#include <thread>
#include <utility>

#include "../cpu/machine.h"
#include "control_structures.h"
#include "cpu/isa/model.h"
#include "cpu/low_core.h"
#include "noise.h"

namespace cpu {
namespace {

// Where things stand in the storage of 1 MiB.
namespace place {
constexpr std::uint64_t segment_table = 0x4000, page_table = 0x8000, handlers = 0xC000, control_blocks = 0xD000, program = 0x10000;
constexpr std::uint64_t data = 0x20000, data_end = 0x24000, invalid_page = 0x22000, protected_page = 0x23000, end = 0x100000;
}  // namespace place

// Threads, which take longer, are asked for by two bits.
enum Flag : std::uint8_t { two_cpus = 1, threads = 0x42, prefixed = 4, per = 8, all_controls = 16, guarded = 32, spaces = 128 };

class Case {
 public:
  explicit Case(std::span<const std::uint8_t> bytes) : bytes_(bytes), noise_(at(3)) {}
  std::uint8_t at(std::size_t i) const { return i < bytes_.size() ? bytes_[i] : 0; }
  bool has(Flag flag) const { return (at(1) & flag) == flag; }
  Model model() const { return static_cast<Model>(at(0) % models().size()); }
  std::span<const std::uint8_t> instructions() const {
    return bytes_.size() > first_instruction_byte ? bytes_.subspan(first_instruction_byte) : std::span<const std::uint8_t>{};
  }
  std::uint64_t general(std::size_t i) { return value_of(at(4 + i)); }
  std::uint64_t control(std::size_t i) { return at(36 + i) == 0 ? 0 : value_of(at(36 + i)); }
  VectorRegister vector(std::size_t i) {
    const std::uint8_t choice = at(20 + i % 16);
    switch (choice % 8) {
      case 0: return {};
      case 1: return {noise_.next(), noise_.next()};
      case 2: return {0x0123'4567'8901'2345, 0x6789'0123'4567'890CULL | choice >> 7};
      case 3: return {0x7FF0'0000'0000'0000ULL | choice, 0};
      case 4: return {static_cast<std::uint64_t>(choice) << 56, noise_.next()};
      case 5: return {0x4330'0000'0000'0000 + noise_.next() % 4096, 0x4110'0000'0000'0000};
      case 6: return {~0ULL, ~0ULL};
      default: return {noise_.next() & 0x7FFF'7FFF'7FFF'7FFF, choice};
    }
  }
  std::uint64_t value_of(std::uint8_t choice) {
    constexpr std::uint64_t interesting[] = {
        0, 1, 2, 8, 0xFF, 0x100, 0xFFF, 0x1000, 0x7FFF'FFFF, 0x8000'0000, 0xFF'FFFF, ~0ULL, 1ULL << 63, (1ULL << 63) - 1,
        0xFFFF'FFFF, place::program, place::program + 8, place::data, place::data + 0xFFF, place::data + 0x1FF8,
        place::invalid_page - 4, place::invalid_page, place::protected_page, place::data_end, place::end - 1, place::end - 4,
        place::end, place::segment_table, place::page_table, place::control_blocks, place::control_blocks + 0x40, place::control_blocks + 0x800};
    constexpr std::size_t count = std::size(interesting);
    if (choice < count) return interesting[choice];
    if (choice < 0x60) return place::data + (choice - count) * 0x48;
    if (choice < 0xA0) return choice - 0x60U;
    if (choice < 0xC0) return noise_.next() % place::end;
    if (choice < 0xE0) return 1ULL << (2 * (choice - 0xC0));
    return noise_.next();
  }
  Noise& noise() { return noise_; }

 private:
  std::span<const std::uint8_t> bytes_;
  Noise noise_;
};

// Every interruption but a restart goes on with what it interrupted.
void put_handlers(Machine& machine) {
  constexpr std::pair<std::uint64_t, std::uint64_t> classes[] = {
      {0x1A0, 0x120}, {0x1B0, 0x130}, {0x1C0, 0x140}, {0x1D0, 0x150}, {0x1E0, 0x160}, {0x1F0, 0x170}};
  std::uint64_t at = place::handlers;
  for (const auto& [new_psw, old_psw] : classes) {
    machine.put_psw(new_psw, Machine::supervisor, at);
    machine.put_value<std::uint32_t>(at, static_cast<std::uint32_t>(0xB2B2'0000 | old_psw));  // LPSWE
    at += 8;
  }
}

// Virtual addresses are real ones; one page is invalid, one protected.
void put_tables(Machine& machine) {
  constexpr std::uint64_t invalid = 0x400, protection = 0x200, segment_invalid = 0x20;
  machine.put_value<std::uint64_t>(place::segment_table, place::page_table);
  for (std::uint64_t i = 1; i < 16; ++i) machine.put_value<std::uint64_t>(place::segment_table + 8 * i, segment_invalid);
  for (std::uint64_t page = 0; page < 256; ++page) {
    const std::uint64_t address = page << 12;
    const std::uint64_t bits = address == place::invalid_page ? invalid : address == place::protected_page ? protection : 0;
    machine.put_value<std::uint64_t>(place::page_table + 8 * page, address | bits);
  }
}

void put_bytes(Machine& machine, std::uint64_t at, std::span<const std::uint8_t> bytes) {
  static_cast<void>(machine.storage().store({at}, std::as_bytes(bytes), 0));
}

void put_storage(Machine& machine, Case& input) {
  put_handlers(machine);
  put_tables(machine);
  for (std::uint64_t at = place::data; at < place::data_end; at += 64) machine.put_value<std::uint64_t>(at, input.noise().next());
  for (std::uint64_t at = place::control_blocks; at < place::control_blocks + 0x200; at += 8)
    machine.put_value<std::uint64_t>(at, input.noise().next() & (place::end - 1));
  if (input.has(spaces)) put_control_structures(machine, place::segment_table, place::program, input.noise());
  put_bytes(machine, place::program, input.instructions().first(std::min<std::size_t>(input.instructions().size(), 512)));
}

void set_control_registers(Cpu& cpu, Case& input) {
  constexpr std::uint64_t asce = place::segment_table;  // a segment table of 512 entries
  constexpr std::uint64_t afp_and_vector = 0x6'0000, edat = 0x80'0000, transactions = 0x0180'0000'0000'0000, low_extraction = 0x0400'0000;
  cpu.cr(0) = afp_and_vector | 0xE0;
  if (input.has(all_controls)) cpu.cr(0) |= edat | transactions | low_extraction;
  if (input.has(guarded)) cpu.cr(2) = 0x10;
  for (const unsigned n : {1U, 7U, 13U}) cpu.cr(n) = asce;
  cpu.cr(2) |= place::control_blocks;
  cpu.cr(5) = place::control_blocks + 0x40;
  cpu.cr(12) = place::control_blocks + 0x800;
  cpu.cr(15) = place::control_blocks + 0xC00;
  if (input.has(spaces)) use_control_structures(cpu, input.noise());
  if (input.has(per)) {
    cpu.cr(9) = 0xE100'0000;
    cpu.cr(11) = ~0ULL;
  }
  for (unsigned n = 0; n < 16; ++n)
    if (input.at(36 + n) != 0) cpu.cr(n) = input.control(n);
}

PswImage start_of(const Case& input) {
  const std::uint64_t bits = input.at(2);
  const std::uint64_t amode = (bits & 3) == 0 ? 0 : (bits & 3) == 1 ? 0x8000'0000 : 0x1'8000'0000;
  std::uint64_t mask = amode | (bits >> 6) << 46;             // address space
  if ((bits & 4) != 0) mask |= 1ULL << 48;                    // problem state
  if ((bits & 8) != 0) mask |= 1ULL << 58;                    // DAT
  if ((bits & 16) != 0) mask |= 0xFULL << 40 | 8ULL << 52;    // program mask, key
  if ((bits & 32) != 0) mask |= 3ULL << 56 | 1ULL << 50;      // I/O, external, machine check
  if (input.has(per)) mask |= 1ULL << 62;
  return {mask, place::program};
}

void prepare(Machine& machine, Case& input, unsigned n) {
  Cpu& cpu = machine.cpu(n);
  for (unsigned i = 0; i < 16; ++i) {
    cpu.gr(i) = input.general(i);
    cpu.ar(i) = static_cast<std::uint32_t>(input.at(4 + i) % 4);
  }
  for (unsigned i = 0; i < 32; ++i) cpu.vr(i) = input.vector(i);
  set_control_registers(cpu, input);
  if (input.has(prefixed)) cpu.set_prefix(0x2000 + 0x2000 * n);
  cpu.control_registers_changed();
  auto psw = start_of(input);
  psw.address += 6 * n;
  cpu.load_psw(psw);
}

// One instruction after the other, on this thread, until the CPU's own may have something to do.
void step(Machine& machine) {
  constexpr unsigned most_instructions = 96;
  constexpr std::uint8_t signal_processor = 0xAE;
  Cpu& cpu = machine.cpu();
  for (unsigned i = 0; i < most_instructions && !cpu.psw.wait && cpu.state() == CpuState::stopped; ++i) {
    if (cpu.psw.ia < place::end && machine.value<std::uint8_t>(cpu.psw.ia) == signal_processor) break;
    cpu.execute_one();
  }
  machine.configuration().stop_all();
}

// As in earnest: a thread a CPU, for a while or until they wait. An endless chain of interruptions executes nothing, so looks are
// counted too.
void run_threads(Machine& machine) {
  constexpr std::uint64_t enough = 500;
  constexpr unsigned most_looks = 30;
  auto& configuration = machine.configuration();
  configuration.start_all();
  const auto is_done = [&](unsigned n) {
    const Cpu& cpu = machine.cpu(n);
    return cpu.is_waiting() || cpu.state() != CpuState::operating || cpu.instruction_count() >= enough;
  };
  for (unsigned look = 0; look < most_looks; ++look) {
    bool all = true;
    for (unsigned n = 0; n < configuration.cpu_count(); ++n) all &= is_done(n);
    if (all) break;
    std::this_thread::yield();
  }
  configuration.stop_all();
}

}  // namespace

Machine& RandomMachines::machine(Model model, unsigned cpus) {
  auto& found = machines_[{model, cpus}];
  if (found == nullptr) found = std::make_unique<Machine>(cpus, Timing::driven, z::Bytes{1 << 20}, model);
  for (unsigned n = 0; n < cpus; ++n) found->cpu(n).clear_reset();
  found->storage().clear();
  return *found;
}

RandomMachines::RandomMachines() = default;
RandomMachines::~RandomMachines() = default;

void RandomMachines::run(std::span<const std::uint8_t> bytes) {
  Case input(bytes);
  Machine& used = machine(input.model(), input.has(two_cpus) ? 2 : 1);
  put_storage(used, input);
  for (unsigned n = 0; n < used.configuration().cpu_count(); ++n) prepare(used, input, n);
  if (input.has(threads)) run_threads(used);
  else step(used);
}

}  // namespace cpu
