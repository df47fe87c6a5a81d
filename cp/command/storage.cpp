// DISPLAY and STORE of the issuer's virtual machine.
#include <algorithm>
#include <functional>

#include "base/be.h"
#include "cp/command/command.h"
#include "cp/command/storage_display.h"

namespace cp {
namespace {

constexpr std::uint64_t longest_display = 0x10000;

// One bank of registers as DISPLAY and STORE name it.
struct Bank {
  std::string_view letters;  // "G", "GG"
  std::string_view name;     // what stands before the values
  enum class Width { word, doubleword } width;
  std::uint64_t (*get)(const RegisterSet&, unsigned);
  void (*put)(RegisterSet&, unsigned, std::uint64_t);
};

// A word stored into a 64-bit register replaces its right half.
std::uint64_t with_right_half(std::uint64_t old, std::uint64_t value) {
  return (old & 0xFFFF'FFFF'0000'0000) | (value & 0xFFFF'FFFF);
}

constexpr auto banks = std::to_array<Bank>({
    {"GG", "GRG", Bank::Width::doubleword, [](const RegisterSet& set, unsigned i) { return set.general[i]; },
     [](RegisterSet& set, unsigned i, std::uint64_t value) { set.general[i] = value; }},
    {"XG", "CRG", Bank::Width::doubleword, [](const RegisterSet& set, unsigned i) { return set.control[i]; },
     [](RegisterSet& set, unsigned i, std::uint64_t value) { set.control[i] = value; }},
    {"AR", "AR ", Bank::Width::word, [](const RegisterSet& set, unsigned i) { return std::uint64_t{set.access[i]}; },
     [](RegisterSet& set, unsigned i, std::uint64_t value) { set.access[i] = static_cast<std::uint32_t>(value); }},
    {"G", "GPR", Bank::Width::word, [](const RegisterSet& set, unsigned i) { return set.general[i]; },
     [](RegisterSet& set, unsigned i, std::uint64_t value) { set.general[i] = with_right_half(set.general[i], value); }},
    {"X", "ECR", Bank::Width::word, [](const RegisterSet& set, unsigned i) { return set.control[i]; },
     [](RegisterSet& set, unsigned i, std::uint64_t value) { set.control[i] = with_right_half(set.control[i], value); }},
    {"Y", "FPR", Bank::Width::doubleword, [](const RegisterSet& set, unsigned i) { return set.floating_point[i]; },
     [](RegisterSet& set, unsigned i, std::uint64_t value) { set.floating_point[i] = value; }},
});

struct RegisterRange {
  const Bank* bank = nullptr;
  unsigned first = 0, last = 15;
};

// "G", "G5", "G0-3"; not a register when the rest is no number of one.
std::optional<RegisterRange> register_range(std::string_view word) {
  for (const auto& bank : banks) {
    if (!word.starts_with(bank.letters)) continue;
    const auto numbers = word.substr(bank.letters.size());
    if (numbers.empty()) return RegisterRange{&bank};
    const auto dash = std::min(numbers.find('-'), numbers.size());
    const auto first = parse_hexadecimal(numbers.substr(0, dash));
    const auto last = dash == numbers.size() ? first : parse_hexadecimal(numbers.substr(dash + 1));
    if (!first || !last || *last < *first || *last > 15) continue;
    return RegisterRange{&bank, static_cast<unsigned>(*first), static_cast<unsigned>(*last)};
  }
  return std::nullopt;
}

struct StorageRange {
  StoragePlace place;
  std::uint64_t length = 0;
};

// "10000", "R10000.20", "L10000-1001F", "V10000": without a letter real storage is meant, as a z/Architecture guest's.
Answer<StorageRange> storage_range(std::string_view word) {
  StorageRange range;
  const std::string whole{word};
  while (!word.empty() && std::string_view{"RLVAT"}.contains(word.front()) && (word.size() > 1)) {
    if (word.front() == 'A' && parse_hexadecimal(word)) break;  // A000 is an address
    if (word.front() == 'L' || word.front() == 'V') range.place.kind = StoragePlace::Kind::virtual_;
    word.remove_prefix(1);
  }
  const auto mark = std::min(word.find_first_of(".-"), word.size());
  const auto start = parse_hexadecimal(word.substr(0, mark));
  const auto number = mark == word.size() ? std::optional<std::uint64_t>{4} : parse_hexadecimal(word.substr(mark + 1));
  if (!start || !number) return refusal(2, whole);
  const bool is_end = mark < word.size() && word[mark] == '-';
  if (is_end && *number < *start) return refusal(2, whole);
  range.place.address = *start & ~std::uint64_t{3};
  const auto last = is_end ? *number : *start + std::max<std::uint64_t>(*number, 1) - 1;
  range.length = ((last | 3) + 1) - range.place.address;
  if (range.length == 0 || range.length > longest_display) return refusal(2, whole);
  return range;
}

std::uint8_t cpu_of(const Command& command, const VirtualMachine& machine) {
  if (command.issuer.virtual_cpu) return *command.issuer.virtual_cpu;
  const auto cpus = machine.cpus();
  const auto base = std::ranges::find_if(cpus, &VirtualMachine::Cpu::is_base);
  return base == cpus.end() ? 0 : base->address;
}

void show_registers(Reply& reply, RegisterRange range, const RegisterSet& set) {
  std::array<std::uint64_t, 16> values{};
  for (unsigned i = 0; i < values.size(); ++i) values[i] = range.bank->get(set, i);
  const auto lines = range.bank->width == Bank::Width::word
                         ? display_short(range.bank->name, values, range.first, range.last)
                         : display_long(range.bank->name, values, range.first, range.last);
  for (const auto& line : lines) reply.line(line);
}

// Reads the registers, then shows what of them was asked for.
Answer<Progress> with_registers(Command& command, VirtualMachine& machine,
                                std::function<void(Reply&, const RegisterSet&)> show) {
  Z_CHECK(command.words.end());
  machine.registers(cpu_of(command, machine), [reply = command.reply, show = std::move(show)](const auto& set) {
    if (!set) return reply->end(std::unexpected{set.error()});
    show(*reply, *set);
    reply->end(0);
  });
  return Progress::pending;
}

// Display PSW|PREFIX|registers|storage
Answer<Progress> display(Command& command) {
  auto& words = command.words;
  auto* const machine = Z_TRY(own_machine(command));
  const auto what = Z_TRY(words.operand());
  if (what == "PSW")
    return with_registers(command, *machine, [](Reply& reply, const auto& set) { reply.line(display_psw(set.psw)); });
  if (what == "PREFIX")
    return with_registers(command, *machine, [](Reply& reply, const RegisterSet& set) {
      reply.line(fmt::format("PREFIX = {:08X}", set.prefix));
    });
  if (const auto range = register_range(what); range)
    return with_registers(command, *machine,
                          [range](Reply& reply, const auto& set) { show_registers(reply, *range, set); });
  auto range = Z_TRY(storage_range(what));
  Z_CHECK(words.end());
  range.place.cpu = cpu_of(command, *machine);
  machine->read_storage(range.place, range.length, [reply = command.reply, range](const auto& piece) {
    if (!piece) return reply->end(std::unexpected{piece.error()});
    for (const auto& line : display_storage(range.place, *piece)) reply->line(line);
    reply->end(0);
  });
  return Progress::pending;
}

// Reads the registers of the base CPU, changes them, and puts them back.
Answer<Progress> change_registers(Command& command, VirtualMachine& machine, std::function<void(RegisterSet&)> change) {
  const auto cpu = cpu_of(command, machine);
  machine.registers(cpu, [reply = command.reply, &machine, cpu, change = std::move(change)](Answer<RegisterSet> set) {
    if (!set) return reply->end(std::unexpected{set.error()});
    change(*set);
    machine.set_registers(cpu, *set, [reply](const Answer<>& answer) {
      if (answer) reply->line("Store complete.");
      reply->end(answer);
    });
  });
  return Progress::pending;
}

Answer<std::vector<std::uint64_t>> hexadecimal_words(Words& words) {
  std::vector<std::uint64_t> values;
  do values.push_back(Z_TRY(words.hexadecimal()));
  while (words.more());
  return values;
}

Answer<Progress> store_psw(Command& command, VirtualMachine& machine) {
  const auto values = Z_TRY(hexadecimal_words(command.words));
  if (values.size() != 4) return refusal(26);
  return change_registers(command, machine, [values](RegisterSet& set) {
    set.psw = {values[0] << 32 | (values[1] & 0xFFFF'FFFF), values[2] << 32 | (values[3] & 0xFFFF'FFFF)};
  });
}

Answer<Progress> store_registers(Command& command, VirtualMachine& machine, RegisterRange range) {
  const auto values = Z_TRY(hexadecimal_words(command.words));
  if (range.first + values.size() > 16) return refusal(26);
  return change_registers(command, machine, [range, values](RegisterSet& set) {
    for (unsigned i = 0; i < values.size(); ++i) range.bank->put(set, range.first + i, values[i]);
  });
}

// Words of up to eight digits, stored as fullwords one after the other.
Answer<Progress> store_storage(Command& command, VirtualMachine& machine, StorageRange range) {
  std::vector<std::byte> bytes;
  for (const auto value : Z_TRY(hexadecimal_words(command.words))) {
    if (value >> 32 != 0) return refusal(2, fmt::format("{:X}", value));
    bytes.resize(bytes.size() + 4);
    z::Be<std::uint32_t>::store(&bytes[bytes.size() - 4], static_cast<std::uint32_t>(value));
  }
  range.place.cpu = cpu_of(command, machine);
  machine.write_storage(range.place, std::move(bytes), [reply = command.reply](const Answer<>& answer) {
    if (answer) reply->line("Store complete.");
    reply->end(answer);
  });
  return Progress::pending;
}

// STore PSW w w w w | Gn v .. | Xn v .. | [L|V|R]address word ..
Answer<Progress> store(Command& command) {
  auto* const machine = Z_TRY(own_machine(command));
  const auto what = Z_TRY(command.words.operand());
  if (what == "PSW") return store_psw(command, *machine);
  if (const auto range = register_range(what); range) return store_registers(command, *machine, *range);
  return store_storage(command, *machine, Z_TRY(storage_range(what)));
}

constexpr auto rules = std::to_array<CommandRule>({
    {"Display", "G", display},
    {"STore", "G", store},
});

}  // namespace

std::span<const CommandRule> storage_commands() { return rules; }

}  // namespace cp
