#include "cpu/dfp_format.h"

#include <array>

namespace cpu::dfp {
namespace {

// Three digits from ten bits p q r s t u v w x y. PoP ch. 20, "Decimal-to-DPD and DPD-to-Decimal Mapping".
constexpr unsigned digits_of(unsigned declet) {
  const auto bit = [declet](unsigned from_left) { return declet >> (9 - from_left) & 1; };
  const unsigned pq = bit(0) * 4 + bit(1) * 2, st = bit(3) * 4 + bit(4) * 2, wx = bit(7) * 4 + bit(8) * 2;
  const unsigned r = bit(2), u = bit(5), y = bit(9), large = 8;
  const auto number = [](unsigned a, unsigned b, unsigned c) { return a * 100 + b * 10 + c; };
  if (bit(6) == 0) return number(pq + r, st + u, wx + y);
  switch (wx >> 1) {
    case 0: return number(pq + r, st + u, large + y);
    case 1: return number(pq + r, large + u, st + y);
    case 2: return number(large + r, st + u, pq + y);
    default: break;
  }
  switch (st >> 1) {
    case 0: return number(large + r, large + u, pq + y);
    case 1: return number(large + r, pq + u, large + y);
    case 2: return number(pq + r, large + u, large + y);
    default: return number(large + r, large + u, large + y);
  }
}

constexpr unsigned declets = 1024, thousand = 1000;
constexpr auto to_digits = [] {
  std::array<std::uint16_t, declets> table{};
  for (unsigned declet = 0; declet < declets; ++declet) table[declet] = static_cast<std::uint16_t>(digits_of(declet));
  return table;
}();
// Of several declets with the same digits the least is the canonical one.
constexpr auto to_declet = [] {
  std::array<std::uint16_t, thousand> table{};
  for (unsigned declet = declets; declet-- > 0;) table[to_digits[declet]] = static_cast<std::uint16_t>(declet);
  return table;
}();

constexpr unsigned declet_bits = 10, infinity_code = 0b11110, nan_code = 0b11111;

Uint128 unpack(Uint128 bits, unsigned count) {
  Uint128 value = 0;
  for (unsigned i = count; i-- > 0;) value = value * thousand + to_digits[static_cast<unsigned>(bits >> declet_bits * i) & (declets - 1)];
  return value;
}
Uint128 pack(Uint128 value, unsigned count) {
  Uint128 bits = 0;
  for (unsigned i = 0; i < count; ++i, value /= thousand)
    bits |= static_cast<Uint128>(to_declet[static_cast<unsigned>(value % thousand)]) << declet_bits * i;
  return bits;
}

constexpr auto powers = [] {
  std::array<Uint128, 39> table{};
  table[0] = 1;
  for (std::size_t i = 1; i < table.size(); ++i) table[i] = table[i - 1] * 10;
  return table;
}();

}  // namespace

Uint128 power_of_ten(unsigned exponent) { return powers[exponent]; }

unsigned digit_count(Uint128 coefficient) {
  unsigned digits = 0;
  while (digits < powers.size() && coefficient >= powers[digits]) ++digits;
  return digits;
}

Number decode(const Format& format, Uint128 bits) {
  const unsigned continuation = format.declets() * declet_bits;
  const bool negative = (bits >> (format.width - 1) & 1) != 0;
  const auto code = static_cast<unsigned>(bits >> (format.width - 6)) & 0x1F;
  const Uint128 digits = unpack(bits, format.declets());
  if (code == infinity_code) return {Kind::infinity, negative, digits, 0};
  if (code == nan_code) {
    const bool signals = (bits >> (format.width - 7) & 1) != 0;
    return {signals ? Kind::signalling_nan : Kind::quiet_nan, negative, digits, 0};
  }
  // Two leftmost exponent bits and the leftmost digit share the five bits.
  const bool is_large = code >= 0b11000;
  const unsigned leftmost = is_large ? 8 + (code & 1) : code & 7;
  const unsigned exponent_high = is_large ? code >> 1 & 3 : code >> 3;
  const auto exponent_low = static_cast<unsigned>(bits >> continuation) & ((1U << format.exponent_bits) - 1);
  return {Kind::finite, negative, digits + leftmost * powers[format.precision - 1],
          static_cast<int>(exponent_high << format.exponent_bits | exponent_low) - format.bias};
}

Uint128 encode(const Format& format, const Number& number) {
  const unsigned continuation = format.declets() * declet_bits;
  const Uint128 sign = static_cast<Uint128>(number.negative) << (format.width - 1);
  const Uint128 digits = sign | pack(number.coefficient, format.declets());
  if (number.kind == Kind::infinity) return digits | static_cast<Uint128>(infinity_code) << (format.width - 6);
  if (number.is_nan())
    return digits | static_cast<Uint128>(nan_code) << (format.width - 6) |
           static_cast<Uint128>(number.kind == Kind::signalling_nan) << (format.width - 7);
  const auto leftmost = static_cast<unsigned>(number.coefficient / powers[format.precision - 1]);
  const auto biased = static_cast<unsigned>(number.exponent + format.bias);
  const unsigned high = biased >> format.exponent_bits, low = biased & ((1U << format.exponent_bits) - 1);
  const unsigned code = leftmost >= 8 ? 0b11000 | high << 1 | (leftmost & 1) : high << 3 | leftmost;
  return digits | static_cast<Uint128>(code) << (format.width - 6) | static_cast<Uint128>(low) << continuation;
}

}  // namespace cpu::dfp
