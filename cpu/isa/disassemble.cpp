#include "cpu/isa/disassemble.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "cpu/isa/fields.h"
#include "cpu/isa/instruction_table.h"

namespace cpu {
namespace {

// Takes the operand template of formats.inc apart:
//   %r1 %f1 %a1 %c1  a register      r1 m3 m4  a number     n3 n4 n5 n6  a mask of a vector format      d2 b2 x2 l1  the parts of an address
//   i u U v b c j k  immediates: signed or unsigned, 16, 32 or 8 bits     o1 o2 w1  those of vector formats     f3 f4 f5  the three of RIE-f     p q  relative, q in halfwords in d1
class Operands {
 public:
  Operands(std::string_view form, const Op& op, std::optional<std::uint64_t> address) : form_(form), op_(op), address_(address) {}

  std::string text() {
    std::string result;
    while (!form_.empty()) result += next();
    return result;
  }

 private:
  std::string next() {
    const char c = take();
    switch (c) {
      case '%': {
        const char kind = take();
        return fmt::format("%{}{}", kind, register_of(take()));
      }
      case 'r': return fmt::format("{}", register_of(take()));
      case 'n': return fmt::format("{}", op_.mask(static_cast<unsigned>(take() - '0')));
      case 'o': return fmt::format("{}", take() == '1' ? op_.d1 : op_.d2);
      case 'w': take(); return fmt::format("{}", static_cast<std::uint16_t>(op_.d1));
      case 'm': return fmt::format("{}", take() == '3' ? op_.r3 : op_.m4());
      case 'd': return fmt::format("{}", take() == '1' ? op_.d1 : op_.d2);
      case 'b':
        if (!form_.empty() && (form_[0] == '1' || form_[0] == '2')) return base(take() == '1' ? op_.b1 : op_.b2);
        return fmt::format("{}", static_cast<std::int8_t>(op_.imm));
      case '(': return registers_of_address();
      case 'l': return fmt::format("{}", (take() == '1' ? op_.r1 : op_.r3) + 1);
      case 'f': return fmt::format("{}", op_.d1 >> ((take() - '3') * 8) & 0xFF);
      case 'i': return fmt::format("{}", op_.imm);
      case 'u': return fmt::format("{}", static_cast<std::uint16_t>(op_.imm));
      case 'U': return fmt::format("{}", static_cast<std::uint32_t>(op_.imm));
      case 'v':
      case 'c': return fmt::format("{}", static_cast<std::uint8_t>(op_.imm));
      case 'j': return fmt::format("{}", op_.d1);
      case 'k': return fmt::format("{}", static_cast<std::uint8_t>(op_.d1));
      case 'p': return relative(op_.imm);
      case 'q': return relative(std::int64_t{op_.d1} * 2);
      default: return {c};
    }
  }
  std::string relative(std::int64_t distance) const {
    return address_ ? fmt::format("0x{:x}", *address_ + static_cast<std::uint64_t>(distance)) : fmt::format(".{:+}", distance);
  }
  // "(x2,b2)" or "(b2)": an index that is none is left out, and with it a base that is none. What else begins with a
  // parenthesis, a length or a register, is always written.
  std::string registers_of_address() {
    const bool indexed = form_.starts_with("x2,");
    if (indexed) form_.remove_prefix(3);
    if (form_.front() != 'b') return "(";
    const std::uint8_t number = form_[1] == '1' ? op_.b1 : op_.b2;
    form_.remove_prefix(3);
    if (indexed && op_.r2 != no_register) return fmt::format("(%r{},{})", op_.r2, base(number));
    return number == no_register ? "" : fmt::format("({})", base(number));
  }
  static constexpr std::uint8_t no_register = 16;
  static std::string base(std::uint8_t number) { return fmt::format("%r{}", number == no_register ? 0 : number); }
  unsigned register_of(char digit) const {
    return digit == '1' ? op_.r1 : digit == '2' ? op_.r2 : digit == '3' ? op_.r3 : op_.b1;
  }
  char take() {
    const char c = form_.front();
    form_.remove_prefix(1);
    return c;
  }

  std::string_view form_;
  const Op& op_;
  std::optional<std::uint64_t> address_;
};

std::string lower(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::string text_of(std::span<const std::uint8_t> text, std::optional<std::uint64_t> address) {
  const auto* instruction = find_instruction(text);
  if (instruction == nullptr) return fmt::format(".short 0x{:02x}{:02x}", text[0], text[1]);
  std::array<std::uint8_t, 6> bytes{};
  std::copy_n(text.begin(), std::min(text.size(), bytes.size()), bytes.begin());
  Op op{};
  op.r2 = op.b1 = op.b2 = 16;
  decode_fields(bytes, layout_of(instruction->format), op);
  const auto operands = Operands{operands_of(instruction->format), op, address}.text();
  return operands.empty() ? lower(instruction->mnemonic) : fmt::format("{} {}", lower(instruction->mnemonic), operands);
}

}  // namespace

std::string disassemble(std::span<const std::uint8_t> text) { return text_of(text, std::nullopt); }
std::string disassemble_at(std::span<const std::uint8_t> text, std::uint64_t address) { return text_of(text, address); }

}  // namespace cpu
