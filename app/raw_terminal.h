#pragma once

#include <termios.h>

#include <optional>

namespace app {

// While it lives, a terminal hands over each key as it is pressed, without echo; what is no terminal stays as it is.
class RawTerminal {
 public:
  explicit RawTerminal(int fd);
  ~RawTerminal();
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

 private:
  const int fd_;
  std::optional<termios> before_;
};

}  // namespace app
