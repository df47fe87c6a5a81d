// Moving and comparing operands in storage. PoP ch. 7.
#include <algorithm>
#include <array>
#include <cstring>

#include "cpu/arithmetic.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

using std::int64_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

using Characters = std::array<std::byte, 256>;

// An SS operand of up to 256 bytes lies in two pages at most, so it can be taken as a whole. Both operands are fetched before
// anything is stored: an access exception leaves everything as it was.
struct Operands {
  uint64_t first, second;
  std::size_t length;
  Context first_space, second_space;

  // From 0: how far the first lies behind the second in the same space; a length when they do not overlap.
  uint64_t distance(const Cpu& cpu) const { return first_space == second_space ? cpu.wrap(first - second) : length; }
};
Operands operands_of(Cpu& cpu, const Op& op) {
  return {cpu.operand1(op), cpu.operand2_rs(op), op.r1 + 1U, cpu.space_of(op.b1), cpu.space_of(op.b2)};
}

bool is_in_one_page(uint64_t address, std::size_t length) { return (address & 4095) + length <= 4096; }

// MVN, MVZ: half of each byte; an overlapping second operand is seen as stored so far.
Step move_half(Cpu& cpu, const Op& op, std::byte moved) {
  const Operands operands = operands_of(cpu, op);
  const auto& [first, second, length, first_space, second_space] = operands;
  Characters a, b;
  TRY(cpu.fetch_bytes_in(second_space, second, std::span{b}.first(length)));
  TRY(cpu.fetch_bytes_in(first_space, first, std::span{a}.first(length)));
  const auto distance = operands.distance(cpu);
  for (std::size_t i = 0; i < length; ++i) {
    const auto from = distance != 0 && distance <= i ? a[i - distance] : b[i];
    a[i] = (a[i] & ~moved) | (from & moved);
  }
  TRY(cpu.store_bytes_in(first_space, first, std::span{a}.first(length)));
  return Step::next;
}

}  // namespace

// Byte by byte from the left: an overlap that begins before the first operand repeats its bytes. One host copy serves when
// both operands lie in a page each and do not overlap so.
Z_INSTRUCTION(move_characters) {
  const Operands operands = operands_of(cpu, op);
  const auto& [first, second, length, first_space, second_space] = operands;
  const auto distance = operands.distance(cpu);
  if (is_in_one_page(first, length) && is_in_one_page(second, length) && distance >= length) {
    const auto* from = TRY(cpu.host_fetch_in(second_space, second, length));
    auto* to = TRY(cpu.host_store_in(first_space, first, length));
    z::move_guest_bytes(to, from, length);
    return Step::next;
  }
  Characters bytes;
  TRY(cpu.fetch_bytes_in(second_space, second, std::span{bytes}.first(length)));
  if (distance != 0)
    for (std::size_t i = distance; i < length; ++i) bytes[i] = bytes[i - distance];
  TRY(cpu.store_bytes_in(first_space, first, std::span{bytes}.first(length)));
  return Step::next;
}

// The second operand runs to the left from its address.
Z_INSTRUCTION(move_inverse) {
  const auto [first, second, length, first_space, second_space] = operands_of(cpu, op);
  Characters bytes;
  TRY(cpu.fetch_bytes_in(second_space, cpu.wrap(second - (length - 1)), std::span{bytes}.first(length)));
  std::reverse(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
  TRY(cpu.store_bytes_in(first_space, first, std::span{bytes}.first(length)));
  return Step::next;
}

// MVCRL: byte by byte from the right, the length less one in register 0. An overlap that ends behind the first operand
// repeats its bytes.
Z_INSTRUCTION(move_right_to_left) {
  const auto first = cpu.operand1(op), second = cpu.operand2_rs(op);
  const Context first_space = cpu.space_of(op.b1), second_space = cpu.space_of(op.b2);
  const std::size_t length = (cpu.gr(0) & 0xFF) + 1;
  const auto distance = first_space == second_space ? cpu.wrap(second - first) : 0;
  Characters bytes;
  TRY(cpu.fetch_bytes_in(second_space, second, std::span{bytes}.first(length)));
  if (distance != 0)
    for (std::size_t i = length; i-- > 0;)
      if (distance < length - i) bytes[i] = bytes[i + distance];
  TRY(cpu.store_bytes_in(first_space, first, std::span{bytes}.first(length)));
  return Step::next;
}

Z_INSTRUCTION(move_numerics) { return move_half(cpu, op, std::byte{0x0F}); }
Z_INSTRUCTION(move_zones) { return move_half(cpu, op, std::byte{0xF0}); }

Z_INSTRUCTION(compare_logical_characters) {
  const auto [first, second, length, first_space, second_space] = operands_of(cpu, op);
  if (is_in_one_page(first, length) && is_in_one_page(second, length)) {
    const auto* const left = TRY(cpu.host_fetch_in(first_space, first, length));
    const auto* const right = TRY(cpu.host_fetch_in(second_space, second, length));
    cpu.cc = sign_code(z::compare_guest_bytes(left, right, length));
    return Step::next;
  }
  Characters a, b;
  TRY(cpu.fetch_bytes_in(first_space, first, std::span{a}.first(length)));
  TRY(cpu.fetch_bytes_in(second_space, second, std::span{b}.first(length)));
  cpu.cc = sign_code(std::memcmp(a.data(), b.data(), length));
  return Step::next;
}

// MVO: the second operand, shifted by a digit, in front of the sign that stands in the first. Right to left, byte by byte:
// where the operands overlap a byte of the second is seen as stored so far.
Z_INSTRUCTION(move_with_offset) {
  const std::size_t length_1 = op.r1 + 1U, length_2 = op.r3 + 1U;
  const auto first = cpu.operand1(op), second = cpu.operand2_rs(op);
  const Context first_space = cpu.space_of(op.b1), second_space = cpu.space_of(op.b2);
  std::array<std::byte, 16> a, b{};
  TRY(cpu.fetch_bytes_in(second_space, second, std::span{b}.first(length_2)));
  TRY(cpu.fetch_bytes_in(first_space, first, std::span{a}.first(length_1)));
  // The byte of the second operand at offset i is the one of the first at offset i + distance.
  const uint64_t distance = first_space == second_space ? cpu.wrap(second - first) : length_1;
  std::size_t stored_from = length_1;
  const auto source_byte = [&](std::size_t i) {
    const uint64_t in_first = cpu.wrap(i + distance);
    return in_first >= stored_from && in_first < length_1 ? a[in_first] : b[i];
  };
  auto digit = a[length_1 - 1] & std::byte{0x0F};
  for (std::size_t i = 0; i < length_1; ++i) {
    const auto source = i < length_2 ? source_byte(length_2 - 1 - i) : std::byte{0};
    a[--stored_from] = digit | source << 4;
    digit = source >> 4;
  }
  TRY(cpu.store_bytes_in(first_space, first, std::span{a}.first(length_1)));
  return Step::next;
}

// One page, with the key of register 0 for one of them if it says so. Code 1 or 2, where bit 55 asks for it:
// the page of the first or second operand is not there.
Z_INSTRUCTION(move_page) {
  const uint64_t controls = cpu.gr(0);
  const bool key_for_first = controls & 0x800, key_for_second = controls & 0x400, wants_code = controls & 0x100;
  const auto key = static_cast<uint8_t>(controls >> 4 & 15);
  if ((controls & 0xF000) != 0 || (key_for_first && key_for_second)) return cpu.program_interruption(Pic::specification);
  if ((key_for_first || key_for_second) && cpu.psw.problem_state && !(cpu.cr(3) >> (31 - key) & 1))
    return cpu.program_interruption(Pic::privileged_operation);
  const auto context = [&](unsigned r, bool with_key) {
    return with_key ? cpu.with_key(cpu.space_of(r), key) : cpu.space_of(r);
  };
  const auto refused = [&](uint8_t code) {
    const auto exception = cpu.take_exception();
    if (!wants_code || exception.code != Pic::page_translation) return cpu.raise(exception);
    cpu.cc = code;
    return Step::next;
  };
  std::array<std::byte, 4096> page;
  if (!cpu.fetch_bytes_in(context(op.r2, key_for_second), cpu.wrap(cpu.gr(op.r2)) & page_mask, page)) return refused(2);
  if (!cpu.store_bytes_in(context(op.r1, key_for_first), cpu.wrap(cpu.gr(op.r1)) & page_mask, page)) return refused(1);
  cpu.cc = 0;
  return Step::next;
}

namespace {

// The long forms hold addresses and lengths in register pairs. They work in units that stay in one page of each operand; after a
// unit the registers say how far they are, so that an interruption or a fault can come between two (PoP ch. 5, "Interruptible
// Instructions").
class LongOperand {
 public:
  LongOperand(Cpu& cpu, unsigned pair, uint64_t length_mask)
      : cpu_(cpu), pair_(pair), mask_(length_mask), space_(cpu.space_of(pair)) {}
  Context space() const { return space_; }
  uint64_t address() const { return cpu_.wrap(cpu_.gr(pair_)); }
  uint64_t length() const { return cpu_.gr(pair_ + 1) & mask_; }
  uint64_t room() const { return 4096 - (address() & 4095); }
  void advance(uint64_t by) {
    const auto next = cpu_.wrap(cpu_.gr(pair_) + by);
    if (cpu_.psw.amode == AddressingMode::a64) cpu_.gr(pair_) = next;
    else cpu_.set_gr32(pair_, static_cast<uint32_t>(next));
    cpu_.gr(pair_ + 1) = (cpu_.gr(pair_ + 1) & ~mask_) | ((length() - by) & mask_);
  }

 private:
  Cpu& cpu_;
  unsigned pair_;
  uint64_t mask_;
  Context space_;
};

uint64_t full_length_mask(const Cpu& cpu) { return cpu.psw.amode == AddressingMode::a64 ? ~0ULL : 0xFFFF'FFFFULL; }
constexpr uint64_t short_length_mask = 0xFF'FFFF;  // of MVCL and CLCL

bool are_pairs(const Op& op, unsigned second) { return (op.r1 & 1) == 0 && (second & 1) == 0; }

// One unit of a move with padding. The padding byte is repeated when the source is used up.
Step move_unit(Cpu& cpu, LongOperand& to, LongOperand& from, std::byte padding) {
  auto count = std::min(to.length(), to.room());
  if (from.length() == 0) {
    auto* target = TRY(cpu.host_store_in(to.space(), to.address(), count));
    z::fill_guest_bytes(target, padding, count);
    to.advance(count);
    return Step::repeat;
  }
  count = std::min({count, from.length(), from.room()});
  const auto* source = TRY(cpu.host_fetch_in(from.space(), from.address(), count));
  auto* target = TRY(cpu.host_store_in(to.space(), to.address(), count));
  z::move_guest_bytes(target, source, count);
  to.advance(count);
  from.advance(count);
  return Step::repeat;
}

// How many bytes from the left are equal; an operand that is not there is all padding.
Z_GUEST_BYTES uint64_t equal_bytes(const std::byte* first, const std::byte* second, uint64_t count, std::byte padding) {
  uint64_t i = 0;
  while (i < count && (first == nullptr ? padding : first[i]) == (second == nullptr ? padding : second[i])) ++i;
  return i;
}

// One unit of a comparison with padding; false in `equal` ends it with the codes of the first unequal bytes, which the operands
// then point to.
Step compare_unit(Cpu& cpu, LongOperand& a, LongOperand& b, std::byte padding) {
  uint64_t count = 4096;
  if (a.length() != 0) count = std::min({count, a.length(), a.room()});
  if (b.length() != 0) count = std::min({count, b.length(), b.room()});
  const std::byte* first = a.length() == 0 ? nullptr : TRY(cpu.host_fetch_in(a.space(), a.address(), count));
  const std::byte* second = b.length() == 0 ? nullptr : TRY(cpu.host_fetch_in(b.space(), b.address(), count));
  const uint64_t i = equal_bytes(first, second, count, padding);
  const auto byte = [&](const std::byte* from) { return from == nullptr ? padding : std::byte{host_load<uint8_t>(from + i)}; };
  const auto code = i == count ? uint8_t{0} : compare_code(byte(first), byte(second));
  if (first != nullptr) a.advance(i);
  if (second != nullptr) b.advance(i);
  if (code == 0 && (a.length() != 0 || b.length() != 0)) return Step::repeat;
  cpu.cc = code;
  return Step::next;
}

}  // namespace

// MVCL: cc 3 and nothing moved when the first operand would be overwritten before it was used as source.
Z_INSTRUCTION(move_long) {
  if (!are_pairs(op, op.r2)) return cpu.program_interruption(Pic::specification);
  LongOperand to{cpu, op.r1, short_length_mask}, from{cpu, op.r2, short_length_mask};
  const auto padding = static_cast<std::byte>(cpu.gr32(op.r2 + 1) >> 24);
  const auto moved = std::min(to.length(), from.length());
  const auto distance = to.space() == from.space() ? cpu.wrap(to.address() - from.address()) : 0;
  if (moved > 1 && distance != 0 && distance < moved) {
    cpu.cc = 3;
    return Step::next;
  }
  // The code compares the lengths as they were at the start. Both shrink alike until one is used up, so at the start of each
  // unit they still compare the same way.
  const auto code = compare_code(to.length(), from.length());
  if (to.length() != 0) {
    if (const auto step = move_unit(cpu, to, from, padding); step == Step::interrupted || to.length() != 0) return step;
  }
  cpu.cc = code;
  return Step::next;
}

// MVCLE: cc 3 when the CPU stops after some bytes, and the program goes on.
Z_INSTRUCTION(move_long_extended) {
  if (!are_pairs(op, op.r3)) return cpu.program_interruption(Pic::specification);
  const auto mask = full_length_mask(cpu);
  LongOperand to{cpu, op.r1, mask}, from{cpu, op.r3, mask};
  const auto padding = static_cast<std::byte>(cpu.operand2_rs(op));
  const auto code = compare_code(to.length(), from.length());
  if (to.length() == 0) {
    cpu.cc = code;
    return Step::next;
  }
  if (const auto step = move_unit(cpu, to, from, padding); step == Step::interrupted) return step;
  cpu.cc = to.length() == 0 ? code : 3;
  return Step::next;
}

Z_INSTRUCTION(compare_logical_long) {
  if (!are_pairs(op, op.r2)) return cpu.program_interruption(Pic::specification);
  LongOperand a{cpu, op.r1, short_length_mask}, b{cpu, op.r2, short_length_mask};
  if (a.length() == 0 && b.length() == 0) {
    cpu.cc = 0;
    return Step::next;
  }
  return compare_unit(cpu, a, b, static_cast<std::byte>(cpu.gr32(op.r2 + 1) >> 24));
}

Z_INSTRUCTION(compare_logical_long_extended) {
  if (!are_pairs(op, op.r3)) return cpu.program_interruption(Pic::specification);
  const auto mask = full_length_mask(cpu);
  LongOperand a{cpu, op.r1, mask}, b{cpu, op.r3, mask};
  if (a.length() == 0 && b.length() == 0) {
    cpu.cc = 0;
    return Step::next;
  }
  const auto step = compare_unit(cpu, a, b, static_cast<std::byte>(cpu.operand2_rs(op)));
  if (step != Step::repeat) return step;
  cpu.cc = 3;
  return Step::next;
}

}  // namespace cpu
