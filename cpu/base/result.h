#pragma once

#include <fmt/format.h>

#include <expected>
#include <string>
#include <system_error>
#include <utility>

namespace z {

// A failure of the host or of its input that the caller can act on. The text names the cause first, then the object
// and, where there is one, the fix.
class Error {
 public:
  explicit Error(std::string text) : text_(std::move(text)) {}

  template <class... Args>
  static Error of(fmt::format_string<Args...> form, Args&&... args) {
    return Error{fmt::format(form, std::forward<Args>(args)...)};
  }
  // "No such file or directory: open x.ckd", from an errno value.
  static Error host(int error_number, std::string_view action) {
    return of("{}: {}", std::generic_category().message(error_number), action);
  }

  const std::string& text() const { return text_; }

  // The same error seen from further out: "MEMBER1.toml: line 3: ...".
  Error within(std::string_view context) const { return of("{}: {}", context, text_); }

 private:
  std::string text_;
};

template <class T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> failure(Error error) { return std::unexpected{std::move(error)}; }

template <class... Args>
std::unexpected<Error> failure(fmt::format_string<Args...> form, Args&&... args) {
  return std::unexpected{Error::of(form, std::forward<Args>(args)...)};
}

}  // namespace z

// Value of a Result, or return of its error from the enclosing function. A GNU statement expression.
#define Z_TRY(expression)                                                        \
  ({                                                                             \
    auto z_result = (expression);                                                \
    if (!z_result) [[unlikely]] return std::unexpected{std::move(z_result).error()}; \
    std::move(z_result).value();                                                 \
  })
// The same for a Result without a value.
#define Z_CHECK(expression)                                                      \
  do {                                                                           \
    if (auto z_check = (expression); !z_check) [[unlikely]]                    \
      return std::unexpected{std::move(z_check).error()};                       \
  } while (false)
