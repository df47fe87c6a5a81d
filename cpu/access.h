#pragma once

#include <utility>

namespace cpu {

// Outcome of an access to storage: the value, or "refused", and then the exception is already recorded in the Cpu.
template <class T = void>
class [[nodiscard]] Access {
 public:
  Access(T value) : value_(value), allowed_(true) {}
  static Access refused() { return Access{}; }

  explicit operator bool() const { return allowed_; }
  T value() const { return value_; }

 private:
  Access() : value_{}, allowed_(false) {}
  T value_;
  bool allowed_;
};

template <>
class [[nodiscard]] Access<void> {
 public:
  Access() = default;
  static Access refused() {
    Access result;
    result.allowed_ = false;
    return result;
  }

  explicit operator bool() const { return allowed_; }
  void value() const {}

 private:
  bool allowed_ = true;
};

}  // namespace cpu

// In a semantics function: the value of an Access, or its end because of the recorded exception. A GNU statement
// expression.
#define TRY(expression)                                                    \
  ({                                                                       \
    auto z_access = (expression);                                          \
    if (!z_access) [[unlikely]] return ::cpu::Step::interrupted;           \
    z_access.value();                                                      \
  })
