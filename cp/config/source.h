#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "cp/config/keyword.h"

namespace cp {

struct Position {
  unsigned line = 0;  // from 1; 0: the file as a whole
  unsigned column = 0;
};

// What is wrong in a configuration file, and where.
struct Diagnostic {
  enum class Severity { error, warning };
  std::string file;
  Position at;
  Severity severity = Severity::error;
  std::string text;

  // "SYSTEM.CONFIG:12:5: error: ..."
  std::string line() const;
};
using Diagnostics = std::vector<Diagnostic>;

inline bool has_errors(const Diagnostics& diagnostics) {
  return std::ranges::any_of(diagnostics, [](const auto& d) { return d.severity == Diagnostic::Severity::error; });
}

struct Token {
  std::string text;
  Position at;
};

// Ends the reading of one statement; caught where the file is read, which goes on with the next statement.
struct SyntaxError {
  Position at;
  std::string text;
};

// Takes the words of one statement from left to right. What is missing or wrong is thrown as a SyntaxError.
class Cursor {
 public:
  explicit Cursor(std::span<const Token> tokens) : tokens_(tokens) {}

  bool more() const { return next_ < tokens_.size(); }
  Position at() const;
  const Token& peek() const { return tokens_[next_]; }
  bool is_next(Keyword keyword) const { return more() && keyword.matches(peek().text); }
  bool take_if(Keyword keyword);
  void expect(Keyword keyword);
  Token take(std::string_view what);
  // 1-8 letters, digits, @ # $ _ -, in upper case.
  std::string name(std::string_view what);
  // 1-6 letters and digits, in upper case.
  std::string volume(std::string_view what);
  std::uint32_t number(std::string_view what, std::uint32_t lowest, std::uint32_t highest);
  z::DeviceNumber device(std::string_view what);
  // "6000" or "6000-6003".
  std::vector<z::DeviceNumber> devices(std::string_view what);
  // The remaining words, in upper case.
  std::vector<std::string> rest();
  void end(std::string_view statement);
  [[noreturn]] void fail(std::string text) const;

 private:
  std::span<const Token> tokens_;
  std::size_t next_ = 0;
};

bool is_name(std::string_view text);
// One to four hexadecimal digits, or nothing.
std::optional<z::DeviceNumber> device_number(std::string_view text);

}  // namespace cp
