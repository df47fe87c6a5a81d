#include <algorithm>
#include <iterator>
#include <random>
#include <string>

#include "cpu/isa/instruction_table.h"
#include "cpu/pairs.h"
#include "machine.h"

namespace cpu {
namespace {

constexpr std::uint64_t program = 0x1000, data = 0x4000, data_length = 0x1400;
constexpr std::uint8_t data_key = 1;
constexpr std::size_t landing = 16;  // where relative branches go, from themselves

using Text = std::array<std::uint8_t, 6>;

const Instruction& instruction_of(Handler handler) { return *std::ranges::find(instructions(), handler, &Instruction::handler); }

bool jumps(const Instruction& instruction) {
  return instruction.flow == Flow::jumps || instruction.flow == Flow::jumps_by_mask || instruction.flow == Flow::may_jump;
}

struct State {
  std::array<std::uint64_t, 16> gr;
  unsigned cc;
  std::uint64_t instruction_address, instructions, breaking_event;
  std::vector<std::byte> bytes;
  bool operator==(const State&) const = default;
};

// Random operands: general registers are small numbers or point at random bytes. Only those may be stored into: the program runs
// with their key, since a new PSW with random bits could go on for ever.
class Pairs : public testing::Test {
 protected:
  Pairs() {
    machine.put_stops();
    machine.put_psw(0x800, Machine::disabled_wait, 0xE0D);
    for (std::uint64_t at = data; at < data + data_length; at += z::page_size)
      machine.storage().set_key(z::FrameIndex{at / z::page_size}, data_key << 4);
  }

  // The operation code goes to where the decoder finds it again; the other fields are random.
  std::vector<std::uint8_t> text_of(const Instruction& instruction) {
    const bool is_short = instruction.opcode < 0x100;
    for (;;) {
      Text text{};
      std::ranges::generate(text, [&] { return static_cast<std::uint8_t>(random()); });
      text[0] = static_cast<std::uint8_t>(is_short ? instruction.opcode : instruction.opcode >> 8);
      const auto second = static_cast<std::uint8_t>(instruction.opcode);
      const std::size_t length = text[0] < 0x40 ? 2 : text[0] < 0xC0 ? 4 : 6;
      const auto layout = layout_of(instruction.format);
      if (layout == Layout::rxy || layout == Layout::rsy) text[4] = 0;  // a short displacement
      if (jumps(instruction)) std::ranges::copy(Text{0, landing / 2}, text.begin() + 2);
      if (layout == Layout::ril_b) std::ranges::copy(std::array<std::uint8_t, 4>{0, 0, 0, landing / 2}, text.begin() + 2);
      for (const std::size_t at : {1, 5}) {
        Text candidate = text;
        if (!is_short) candidate[at] = second < 0x10 && at == 1 ? static_cast<std::uint8_t>((text[1] & 0xF0) | second) : second;
        if (find_instruction(candidate) == &instruction) return {candidate.begin(), candidate.begin() + static_cast<std::ptrdiff_t>(length)};
      }
    }
  }

  std::uint64_t random_register() {
    switch (random() % 6) {
      case 0: return random() % 4;
      case 1: return 0 - random() % 4;
      case 2: return random();
      default: return data + random() % 256;
    }
  }

  void put_bytes(std::uint64_t at, std::span<const std::uint8_t> bytes) {
    ASSERT_EQ(machine.storage().store({at}, std::as_bytes(bytes), 0), StorageCheck::none);
  }

  template <class Run>
  State outcome(const std::array<std::uint64_t, 16>& registers, std::span<const std::uint8_t> bytes, Run run) {
    put_bytes(data, bytes);
    constexpr std::array<std::uint8_t, 0x1A0> no_interruption_yet{};  // what the last one left in low storage can be an operand
    put_bytes(0, no_interruption_yet);
    machine.configuration().with_stopped(0, [&](Cpu& cpu) {
      for (unsigned n = 0; n < 16; ++n) cpu.gr(n) = registers[n];
      cpu.cc = registers[0] % 4;
      cpu.set_breaking_event_address(1);
    });
    constexpr std::uint64_t program_mask = 0xFULL << 40, key = std::uint64_t{data_key} << 52;
    machine.configuration().load_psw(0, {Machine::supervisor | key | (registers[0] % 4) << 44 | program_mask, program});
    Cpu& cpu = machine.cpu();
    const std::uint64_t before = cpu.instruction_count();
    run();
    State state{{}, cpu.cc, cpu.psw.ia, cpu.instruction_count() - before, cpu.breaking_event_address(), {}};
    for (unsigned n = 0; n < 16; ++n) state.gr[n] = cpu.gr(n);
    const std::byte* const at = machine.storage().host({data});
    state.bytes.assign(at, at + data_length);
    return state;
  }

  std::uint64_t random() { return random_(); }

  Machine machine;
  std::mt19937_64 random_{1964};
};

TEST_F(Pairs, DoWhatTheirInstructionsDoOneByOne) {
  constexpr unsigned cases = 4;
  for (const Pair& pair : pairs()) {
    const Instruction &first = instruction_of(pair.first), &second = instruction_of(pair.second);
    for (unsigned i = 0; i < cases; ++i) {
      SCOPED_TRACE(std::string{first.mnemonic} + " " + std::string{second.mnemonic} + " case " + std::to_string(i));
      auto text = text_of(first);
      const std::size_t second_at = text.size();
      std::ranges::copy(text_of(second), std::back_inserter(text));
      const std::vector<std::uint8_t> stop{0xB2, 0xB2, 0x08, 0x00};  // LPSWE 0x800
      put_bytes(program, text);
      put_bytes(program + text.size(), stop);
      put_bytes(program + second_at + landing, stop);
      std::array<std::uint64_t, 16> registers;
      std::ranges::generate(registers, [&] { return random_register(); });
      // A branch to a register's address finds zeros there, which are no instruction.
      std::vector<std::uint8_t> bytes(data_length);
      if (second.flow != Flow::leaves_if_always) std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(random()); });
      const State together = outcome(registers, bytes, [&] {
        machine.configuration().start(0);
        machine.wait_for_end();
      });
      const State apart = outcome(registers, bytes, [&] {
        while (!machine.cpu().psw.wait) machine.step();
      });
      ASSERT_EQ(together, apart);
    }
  }
}

}  // namespace
}  // namespace cpu
