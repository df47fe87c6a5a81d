#include <array>
#include <optional>

#include "cpu/decimal_number.h"
#include "cpu/instruction.h"
#include "cpu/operand_registers.h"

// EDIT and EDIT AND MARK (PoP ch. 8).
namespace cpu {
namespace {

using U8 = std::uint8_t;
using U64 = std::uint64_t;

constexpr U8 digit_selector = 0x20, significance_starter = 0x21, field_separator = 0x22, zone = 0xF0;

// The source's digits as pattern characters ask for them.
class SourceDigits {
 public:
  SourceDigits(Cpu& cpu, Context space, U64 address) : cpu_(cpu), space_(space), address_(address) {}

  struct Digit {
    U8 value;
    bool before_plus;  // a plus sign stands in the same byte
  };
  // A value above 9 is a data exception.
  Access<Digit> next() {
    if (waiting_) {
      const U8 value = *waiting_;
      waiting_.reset();
      return Digit{value, false};
    }
    const auto byte = cpu_.fetch_in<U8>(space_, address_);
    if (!byte) return Access<Digit>::refused();
    address_ = cpu_.wrap(address_ + 1);
    const U8 right = byte.value() & 0xF;
    if (is_digit(right)) waiting_ = right;
    return Digit{static_cast<U8>(byte.value() >> 4), is_sign(right) && !is_minus(right)};
  }

 private:
  Cpu& cpu_;
  Context space_;
  U64 address_;
  std::optional<U8> waiting_;
};

struct Edited {
  std::array<U8, 256> text;
  std::optional<unsigned> mark;  // the first significant digit of the last field that has one
  bool significant = false, nonzero = false;

  U8 cc() const { return !nonzero ? 0 : significant ? 1 : 2; }
};

// What a digit selector or significance starter at `place` becomes.
U8 edit_digit(Edited& edited, unsigned place, U8 pattern, U8 fill, SourceDigits::Digit digit) {
  const bool shows = edited.significant || digit.value != 0;
  if (!edited.significant && digit.value != 0) edited.mark = place;
  edited.nonzero |= digit.value != 0;
  edited.significant = (shows || pattern == significance_starter) && !digit.before_plus;
  return shows ? zone | digit.value : fill;
}

Step edit_operand(Cpu& cpu, const Op& op, Edited& edited) {
  const auto first = TRY(OperandBytes::to_store(cpu, cpu.space_of(op.b1), cpu.operand1(op), op.r1 + 1u));
  SourceDigits source{cpu, cpu.space_of(op.b2), cpu.operand2_rs(op)};
  const U8 fill = first.at(0);
  for (unsigned i = 0; i <= op.r1; ++i) {
    const U8 pattern = first.at(i);
    if (pattern == digit_selector || pattern == significance_starter) {
      const auto digit = TRY(source.next());
      if (!is_digit(digit.value)) return cpu.program_interruption(Pic::data);
      edited.text[i] = edit_digit(edited, i, pattern, fill, digit);
    } else if (pattern == field_separator) {
      edited.significant = edited.nonzero = false;
      edited.text[i] = fill;
    } else {
      edited.text[i] = edited.significant && i != 0 ? pattern : fill;
    }
  }
  for (unsigned i = 0; i <= op.r1; ++i) first.set(i, edited.text[i]);
  cpu.cc = edited.cc();
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(edit) {
  Edited edited;
  return edit_operand(cpu, op, edited);
}

Z_INSTRUCTION(edit_and_mark) {
  Edited edited;
  const U64 address = cpu.operand1(op);
  const Step step = edit_operand(cpu, op, edited);
  if (step == Step::next && edited.mark) set_marked_address(cpu, cpu.wrap(address + *edited.mark));
  return step;
}

}  // namespace cpu
