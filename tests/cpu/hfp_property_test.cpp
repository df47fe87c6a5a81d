// HFP arithmetic against exact rational numbers of GMP: random operands, normalized and not, with and without masks.
#include <gmpxx.h>

#include <algorithm>
#include <vector>

#include "bfp_property.h"

namespace cpu {
namespace {

struct HexFormat {
  int bits, digits;
};
constexpr HexFormat short_hex{32, 6}, long_hex{64, 14}, extended_hex{128, 28};

constexpr std::uint16_t overflow = 0x0C, underflow = 0x0D, significance = 0x0E, divide = 0x0F, square_root = 0x1D;
constexpr unsigned underflow_mask = 2, significance_mask = 1;

mpz_class integer_of(Datum value) {
  mpz_class high{static_cast<unsigned long>(value >> 64)};
  return (high << 64) + static_cast<unsigned long>(value);
}
mpq_class power_of_16(long exponent) {
  const mpz_class power = mpz_class{1} << static_cast<unsigned long>(4 * std::abs(exponent));
  return exponent >= 0 ? mpq_class{power} : mpq_class{1, power};
}
mpz_class truncated(const mpq_class& value) { return value.get_num() / value.get_den(); }

// An operand: sign, characteristic and fraction as they are in the registers.
struct Hex {
  bool negative;
  int characteristic;
  Datum fraction;
  mpq_class value(const HexFormat& format) const {
    const mpq_class size = mpq_class{integer_of(fraction)} * power_of_16(characteristic - 64 - format.digits);
    return negative ? mpq_class{-size} : size;
  }
};

// What is expected: a result of a format, and the exception.
struct HexAnswer {
  bool negative = false;
  int characteristic = 0;
  Datum fraction = 0;
  std::uint16_t exception = 0;
};

HexAnswer in_range(HexAnswer answer, unsigned masks) {
  if (answer.characteristic > 127) answer.exception = overflow;
  else if (answer.characteristic < 0 && (masks & underflow_mask) == 0) return {};
  else if (answer.characteristic < 0) answer.exception = underflow;
  answer.characteristic &= 127;
  return answer;
}
// PoP ch. 18: the normalized value, truncated.
HexAnswer normalized(const mpq_class& value, const HexFormat& format, unsigned masks) {
  if (value == 0) return {};
  const mpq_class size = abs(value);
  int exponent = (static_cast<int>(mpz_sizeinbase(size.get_num_mpz_t(), 2)) - static_cast<int>(mpz_sizeinbase(size.get_den_mpz_t(), 2))) / 4 - 2;
  while (size >= power_of_16(exponent)) ++exponent;
  const mpz_class fraction = truncated(size * power_of_16(format.digits - exponent));
  const mpz_class high = fraction >> 64, low = fraction - (high << 64);
  return in_range({value < 0, exponent + 64, static_cast<Datum>(high.get_ui()) << 64 | low.get_ui()}, masks);
}

class Hfp : public Bfp {
 protected:
  Hex operand(const HexFormat& format, int near) {
    const std::uint64_t dice = random_();
    const Datum all = static_cast<Datum>(random_()) << 64 | random_();
    Datum fraction = all >> (128 - 4 * format.digits);
    if (dice % 4 == 0) fraction >>= dice >> 8 & 63;
    if (dice % 7 == 0) fraction = 0;
    const int characteristic = dice % 3 == 0 ? static_cast<int>(dice >> 16 & 127) : std::clamp(near + static_cast<int>(dice >> 16 & 31) - 16, 0, 127);
    return {(dice >> 24 & 1) != 0, characteristic, fraction};
  }
  void put(unsigned n, const HexFormat& format, const Hex& value) {
    Cpu& cpu = machine_.cpu();
    const auto high = [&](std::uint64_t fraction) {
      return (value.negative ? 1ull << 63 : 0) | static_cast<std::uint64_t>(value.characteristic) << 56 | fraction;
    };
    if (format.bits == 32) cpu.fpr(n) = high(static_cast<std::uint64_t>(value.fraction) << 32);
    if (format.bits == 64) cpu.fpr(n) = high(static_cast<std::uint64_t>(value.fraction));
    if (format.bits != 128) return;
    cpu.fpr(n) = high(static_cast<std::uint64_t>(value.fraction >> 56));
    cpu.fpr(n + 2) = random_() << 56 | (static_cast<std::uint64_t>(value.fraction) & ((1ull << 56) - 1));
  }
  static std::string written(const HexAnswer& answer, const HexFormat& format) {
    const auto sign_and = [&](int characteristic) { return (answer.negative ? 0x80u : 0) | static_cast<unsigned>(characteristic & 127); };
    const auto part = [&](int digits_on_the_right) { return static_cast<std::uint64_t>(answer.fraction >> 4 * digits_on_the_right) & ((1ull << 56) - 1); };
    if (format.bits == 32) return fmt::format("{:02X}{:06X}", sign_and(answer.characteristic), part(0));
    if (format.bits == 64) return fmt::format("{:02X}{:014X}", sign_and(answer.characteristic), part(0));
    const bool is_true_zero = answer.fraction == 0 && answer.exception != significance;
    return fmt::format("{:02X}{:014X}{:02X}{:014X}", sign_and(answer.characteristic), part(14), sign_and(is_true_zero ? 0 : answer.characteristic - 14), part(0));
  }
  std::string result(const HexFormat& format) {
    Cpu& cpu = machine_.cpu();
    if (format.bits == 32) return fmt::format("{:08X}", cpu.fpr(0) >> 32);
    if (format.bits == 64) return fmt::format("{:016X}", cpu.fpr(0));
    return fmt::format("{:016X}{:016X}", cpu.fpr(0), cpu.fpr(2));
  }

  // `answer` tells what operations on registers 0, 4 and 8 give.
  template <class F>
  void check(std::vector<std::uint8_t> text, const HexFormat& from, const HexFormat& to, F answer) {
    while (text.size() < 4) text.push_back(7);
    for (int round = 0; round < 2000; ++round) {
      const Hex a = operand(from, 64), b = operand(from, a.characteristic), c = operand(from, 64);
      const auto masks = static_cast<unsigned>(random_() & 3);
      put(0, from, a), put(4, from, b), put(8, from, c);
      const std::string before_it = result(to);
      const HexAnswer expected = answer(a, b, c, masks);
      std::uint32_t word = 0;
      for (const std::uint8_t byte : text) word = word << 8 | byte;
      const Seen seen = step(word, {0, 0, {}}, masks);
      const auto exception = seen.interrupted ? machine_.value<std::uint16_t>(0x8E) : std::uint16_t{0};
      const bool suppressed = expected.exception == divide || expected.exception == square_root;
      ASSERT_EQ(fmt::format("{} {:X}", result(to), exception), fmt::format("{} {:X}", suppressed ? before_it : written(expected, to), expected.exception))
          << fmt::format("{:x} of {} {} {} mask {}", word, text_of(a), text_of(b), text_of(c), masks);
    }
  }
  static std::string text_of(const Hex& value) {
    return fmt::format("{}{:02X}.{}", value.negative ? '-' : '+', value.characteristic, oracle::hexadecimal(value.fraction));
  }
  // The fraction with the smaller characteristic keeps one digit more than the format has.
  static HexAnswer sum(const Hex& a, Hex b, bool negate, const HexFormat& format, unsigned masks) {
    if (negate) b.negative = !b.negative;
    const int characteristic = std::max(a.characteristic, b.characteristic);
    const auto aligned = [&](const Hex& x) {
      const mpq_class unit = power_of_16(characteristic - 64 - format.digits - 1);
      return mpq_class{truncated(x.value(format) / unit) * unit};
    };
    const mpq_class value = aligned(a) + aligned(b);
    if (value == 0 && (masks & significance_mask) != 0) return {false, characteristic, 0, significance};
    return normalized(value, format, masks);
  }

  std::mt19937_64 random_{18};
};

TEST_F(Hfp, AddNormalized) {
  const auto add = [](const HexFormat& format) {
    return [&format](const Hex& a, const Hex& b, const Hex&, unsigned masks) { return sum(a, b, false, format, masks); };
  };
  check({0x3A, 0x04}, short_hex, short_hex, add(short_hex));
  check({0x2A, 0x04}, long_hex, long_hex, add(long_hex));
  check({0x36, 0x04}, extended_hex, extended_hex, add(extended_hex));
}

TEST_F(Hfp, SubtractNormalized) {
  const auto subtract = [](const HexFormat& format) {
    return [&format](const Hex& a, const Hex& b, const Hex&, unsigned masks) { return sum(a, b, true, format, masks); };
  };
  check({0x3B, 0x04}, short_hex, short_hex, subtract(short_hex));
  check({0x2B, 0x04}, long_hex, long_hex, subtract(long_hex));
  check({0x37, 0x04}, extended_hex, extended_hex, subtract(extended_hex));
}

TEST_F(Hfp, Multiply) {
  const auto multiply = [](const HexFormat& from, const HexFormat& to) {
    return [&](const Hex& a, const Hex& b, const Hex&, unsigned masks) { return normalized(a.value(from) * b.value(from), to, masks); };
  };
  check({0xB3, 0x37, 0x00, 0x04}, short_hex, short_hex, multiply(short_hex, short_hex));
  check({0x3C, 0x04}, short_hex, long_hex, multiply(short_hex, long_hex));
  check({0x2C, 0x04}, long_hex, long_hex, multiply(long_hex, long_hex));
  check({0x27, 0x04}, long_hex, extended_hex, multiply(long_hex, extended_hex));
  check({0x26, 0x04}, extended_hex, extended_hex, multiply(extended_hex, extended_hex));
}

TEST_F(Hfp, Divide) {
  const auto quotient = [](const HexFormat& format) {
    return [&format](const Hex& a, const Hex& b, const Hex&, unsigned masks) {
      return b.fraction == 0 ? HexAnswer{false, 0, 0, divide} : normalized(a.value(format) / b.value(format), format, masks);
    };
  };
  check({0x3D, 0x04}, short_hex, short_hex, quotient(short_hex));
  check({0x2D, 0x04}, long_hex, long_hex, quotient(long_hex));
  check({0xB2, 0x2D, 0x00, 0x04}, extended_hex, extended_hex, quotient(extended_hex));
}

TEST_F(Hfp, MultiplyAndAddIsTruncatedOnce) {
  const auto fused = [](const HexFormat& format, int sign) {
    return [&format, sign](const Hex& a, const Hex& b, const Hex& c, unsigned masks) {
      return normalized(b.value(format) * c.value(format) + sign * a.value(format), format, masks);
    };
  };
  check({0xB3, 0x2E, 0x00, 0x84}, short_hex, short_hex, fused(short_hex, 1));
  check({0xB3, 0x2F, 0x00, 0x84}, short_hex, short_hex, fused(short_hex, -1));
  check({0xB3, 0x3E, 0x00, 0x84}, long_hex, long_hex, fused(long_hex, 1));
  check({0xB3, 0x3F, 0x00, 0x84}, long_hex, long_hex, fused(long_hex, -1));
}

TEST_F(Hfp, Halve) {
  const auto half = [](const HexFormat& format) {
    return [&format](const Hex&, const Hex& b, const Hex&, unsigned masks) { return normalized(b.value(format) / 2, format, masks); };
  };
  check({0x34, 0x04}, short_hex, short_hex, half(short_hex));
  check({0x24, 0x04}, long_hex, long_hex, half(long_hex));
}

TEST_F(Hfp, LoadFpInteger) {
  const auto integer = [](const HexFormat& format) {
    return [&format](const Hex&, const Hex& b, const Hex&, unsigned masks) { return normalized(mpq_class{truncated(b.value(format))}, format, masks); };
  };
  check({0xB3, 0x77, 0x00, 0x04}, short_hex, short_hex, integer(short_hex));
  check({0xB3, 0x7F, 0x00, 0x04}, long_hex, long_hex, integer(long_hex));
  check({0xB3, 0x67, 0x00, 0x04}, extended_hex, extended_hex, integer(extended_hex));
}

// The root is rounded: half a unit of its last place is added to it before it is truncated.
TEST_F(Hfp, SquareRootIsRounded) {
  const auto root = [](const HexFormat& format) {
    return [&format](const Hex&, const Hex& b, const Hex&, unsigned masks) -> HexAnswer {
      if (b.fraction == 0) return {};
      if (b.negative) return {false, 0, 0, square_root};
      const mpq_class value = b.value(format);
      const mpq_class scale = power_of_16(100);
      const mpq_class coarse{sqrt(truncated(value * scale * scale)), scale.get_num()};
      const HexAnswer magnitude = normalized(coarse, format, masks);
      return normalized(coarse + power_of_16(magnitude.characteristic - 64 - format.digits) / 2, format, masks);
    };
  };
  check({0xB2, 0x45, 0x00, 0x04}, short_hex, short_hex, root(short_hex));
  check({0xB2, 0x44, 0x00, 0x04}, long_hex, long_hex, root(long_hex));
  check({0xB3, 0x36, 0x00, 0x04}, extended_hex, extended_hex, root(extended_hex));
}

}  // namespace
}  // namespace cpu
