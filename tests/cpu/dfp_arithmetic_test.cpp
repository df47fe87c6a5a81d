// IBM's General Decimal Arithmetic test cases, as Python's test suite carries them, against the arithmetic of DFP.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "cpu/dfp_arithmetic.h"

namespace cpu::dfp {
namespace {

const std::filesystem::path folder = ENDICOTT_DECTEST;

std::string unquoted(std::string word) {
  std::string result;
  for (const char c : word)
    if (c != '\'') result += static_cast<char>(std::tolower(c));
  return result;
}

// Nothing: it is not a number of the format, so no operand of an instruction.
std::optional<Number> parse(const Format& format, std::string text) {
  Number number;
  if (text.starts_with("-") || text.starts_with("+")) {
    number.negative = text[0] == '-';
    text.erase(0, 1);
  }
  const auto with_payload = [&](Kind kind, const std::string& digits) -> std::optional<Number> {
    number.kind = kind;
    for (const char c : digits) number.coefficient = number.coefficient * 10 + static_cast<unsigned>(c - '0');
    if (digits.size() >= format.precision) return std::nullopt;
    return number;
  };
  if (text == "inf" || text == "infinity") return with_payload(Kind::infinity, "");
  if (text.starts_with("snan")) return with_payload(Kind::signalling_nan, text.substr(4));
  if (text.starts_with("nan")) return with_payload(Kind::quiet_nan, text.substr(3));
  const auto e = text.find('e');
  if (e != std::string::npos) {
    if (text.size() - e > 8) return std::nullopt;
    number.exponent = std::stoi(text.substr(e + 1));
  }
  bool behind_point = false;
  unsigned digits = 0;
  for (const char c : text.substr(0, e)) {
    if (c == '.') {
      behind_point = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    if (number.coefficient != 0 || c != '0') ++digits;
    if (digits > format.precision) return std::nullopt;
    number.coefficient = number.coefficient * 10 + static_cast<unsigned>(c - '0');
    if (behind_point) --number.exponent;
  }
  if (number.exponent < format.least() || number.exponent > format.greatest()) return std::nullopt;
  return number;
}

Uint128 bits_of(const std::string& word) {  // behind the #
  Uint128 bits = 0;
  for (const char c : word.substr(1)) bits = bits << 4 | static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
  return bits;
}

std::string text_of(const Number& n) {
  std::string digits;
  for (Uint128 rest = n.coefficient; rest != 0; rest /= 10) digits.insert(digits.begin(), static_cast<char>('0' + static_cast<unsigned>(rest % 10)));
  const char* const names[] = {"", "inf", "nan", "snan"};
  return std::string{n.negative ? "-" : "+"} + names[static_cast<unsigned>(n.kind)] + digits + "e" + std::to_string(n.exponent);
}

struct Case {
  std::string id, operation;
  std::vector<std::string> operands;
  std::string result;
  Events events = 0;
  Rounding rounding = Rounding::nearest_even;
};

const std::map<std::string, Rounding> roundings = {
    {"half_even", Rounding::nearest_even}, {"down", Rounding::toward_zero}, {"ceiling", Rounding::up},
    {"floor", Rounding::down}, {"half_up", Rounding::nearest_away}, {"half_down", Rounding::nearest_toward_zero},
    {"up", Rounding::away_from_zero}, {"05up", Rounding::prepare_for_shorter}};
const std::map<std::string, Events> conditions = {{"invalid_operation", invalid_operation}, {"division_undefined", invalid_operation},
                                                  {"division_by_zero", division_by_zero}, {"overflow", overflow},
                                                  {"underflow", underflow}, {"inexact", inexact}};

std::vector<Case> read_cases(const std::string& name) {
  std::ifstream file{folder / (name + ".decTest")};
  EXPECT_TRUE(file) << "tools/setup installs the test cases: " << folder;
  std::vector<Case> cases;
  Rounding rounding = Rounding::nearest_even;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words{line.substr(0, line.find("--"))};
    Case one;
    if (!(words >> one.id)) continue;
    if (one.id.ends_with(":")) {
      std::string value;
      words >> value;
      if (one.id == "rounding:") rounding = roundings.at(value);
      continue;
    }
    words >> one.operation;
    for (std::string word; words >> word && word != "->";) one.operands.push_back(unquoted(word));
    words >> one.result;
    one.result = unquoted(one.result);
    one.rounding = rounding;
    for (std::string word; words >> word;)
      if (const auto found = conditions.find(unquoted(word)); found != conditions.end()) one.events |= found->second;
    cases.push_back(one);
  }
  return cases;
}

using Operation = std::function<Outcome(const Format&, const Mode&, const Number&, const Number&)>;

Outcome compared(const Format&, const Mode&, const Number& a, const Number& b) {
  if (any_nan(a, b)) return propagate(a, b);
  const std::uint8_t code = compare(a, b);
  return {{Kind::finite, code == 1, code == 0 ? 0u : 1u, 0}, 0};
}

const std::map<std::string, Operation> operations = {
    {"add", add},
    {"subtract", subtract},
    {"multiply", multiply},
    {"divide", divide},
    {"compare", compared},
    {"quantize", [](const Format& f, const Mode& m, const Number& a, const Number& b) { return quantize(f, m.rounding, a, b); }},
    {"tointegralx", [](const Format&, const Mode& m, const Number& a, const Number&) { return round_to_integer(m.rounding, a); }},
    {"tointegral",
     [](const Format&, const Mode& m, const Number& a, const Number&) {
       Outcome outcome = round_to_integer(m.rounding, a);
       outcome.events &= invalid_operation;
       return outcome;
     }},
};

// How many of the cases are about numbers of the format.
unsigned check(const Format& format, const std::string& name) {
  unsigned count = 0;
  for (const Case& one : read_cases(name)) {
    const auto operation = operations.find(one.operation);
    if (operation == operations.end() || one.operands.empty()) continue;
    const auto a = parse(format, one.operands[0]), b = parse(format, one.operands.back());
    const auto expected = parse(format, one.result);
    if (!a || !b || !expected) continue;
    ++count;
    const Outcome found = operation->second(format, {one.rounding, false, false}, *a, *b);
    EXPECT_EQ(text_of(found.value), text_of(*expected)) << one.id;
    EXPECT_EQ(found.events & 0xF8, one.events) << one.id;
    EXPECT_EQ(text_of(decode(format, encode(format, found.value))), text_of(*expected)) << one.id;
  }
  return count;
}

TEST(Dfp, AddsAndSubtracts) {
  EXPECT_GT(check(long_format, "ddAdd") + check(long_format, "ddSubtract"), 1000u);
  EXPECT_GT(check(extended_format, "dqAdd") + check(extended_format, "dqSubtract"), 1000u);
}
TEST(Dfp, Multiplies) {
  EXPECT_GT(check(long_format, "ddMultiply"), 300u);
  EXPECT_GT(check(extended_format, "dqMultiply"), 300u);
}
TEST(Dfp, Divides) {
  EXPECT_GT(check(long_format, "ddDivide"), 600u);
  EXPECT_GT(check(extended_format, "dqDivide"), 600u);
}
TEST(Dfp, Compares) {
  EXPECT_GT(check(long_format, "ddCompare"), 500u);
  EXPECT_GT(check(extended_format, "dqCompare"), 500u);
}
TEST(Dfp, Quantizes) {
  EXPECT_GT(check(long_format, "ddQuantize"), 500u);
  EXPECT_GT(check(extended_format, "dqQuantize"), 500u);
}
TEST(Dfp, RoundsToIntegers) {
  EXPECT_GT(check(long_format, "ddToIntegral"), 100u);
  EXPECT_GT(check(extended_format, "dqToIntegral"), 100u);
}

// "apply" from an encoding to a number, and back.
void check_encoding(const Format& format, const std::string& name) {
  unsigned count = 0;
  for (const Case& one : read_cases(name)) {
    const bool from_bits = one.operands[0][0] == '#', to_bits = one.result[0] == '#';
    if (one.operation != "apply" || one.events != 0) continue;
    const auto number = parse(format, from_bits ? one.result : one.operands[0]);
    if (!(from_bits && to_bits) && !number) continue;
    ++count;
    Number source = from_bits ? decode(format, bits_of(one.operands[0])) : *number;
    if (source.kind == Kind::infinity) source.coefficient = 0;  // canonical, as arithmetic leaves it
    if (to_bits) EXPECT_EQ(encode(format, source), bits_of(one.result)) << one.id;
    else EXPECT_EQ(text_of(source), text_of(*number)) << one.id;
  }
  EXPECT_GT(count, 100u);
}
TEST(Dfp, IsDenselyPacked) {
  check_encoding(short_format, "dsEncode");
  check_encoding(long_format, "ddEncode");
  check_encoding(extended_format, "dqEncode");
}

TEST(Dfp, ATrappedOverflowIsScaledDown) {
  const Mode traps{Rounding::nearest_even, true, true};
  const Number large{Kind::finite, false, 1, 369};
  const Outcome outcome = multiply(long_format, traps, large, large);  // 1E738
  EXPECT_EQ(outcome.value, (Number{Kind::finite, false, 1, 738 - 576}));
  EXPECT_EQ(outcome.events, overflow);
}
TEST(Dfp, ATrappedUnderflowIsScaledUpThoughItIsExact) {
  const Mode traps{Rounding::nearest_even, true, true};
  const Number small{Kind::finite, true, 1, -398};
  const Outcome outcome = multiply(long_format, traps, small, {Kind::finite, false, 3, -2});
  EXPECT_EQ(outcome.value, (Number{Kind::finite, true, 3, -400 + 576}));
  EXPECT_EQ(outcome.events, underflow);
}
TEST(Dfp, IntegersThatDoNotFitAreTheNearestThatDo) {
  const Limits limits{1ULL << 63, (1ULL << 63) - 1};
  const Integer high = to_integer(Rounding::nearest_even, {Kind::finite, false, 1, 19}, limits);
  EXPECT_EQ(high.magnitude, (1ULL << 63) - 1);
  EXPECT_EQ(high.events, invalid_operation);
  const Integer nan = to_integer(Rounding::nearest_even, default_nan, limits);
  EXPECT_TRUE(nan.negative);
  EXPECT_EQ(nan.magnitude, 1ULL << 63);
  const Integer least = to_integer(Rounding::nearest_even, {Kind::finite, true, 9223372036854775808ULL, 0}, limits);
  EXPECT_EQ(least.magnitude, 1ULL << 63);
  EXPECT_EQ(least.events, 0);
}

}  // namespace
}  // namespace cpu::dfp
