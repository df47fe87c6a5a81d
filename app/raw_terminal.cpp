#include "app/raw_terminal.h"

namespace app {

RawTerminal::RawTerminal(int fd) : fd_(fd) {
  termios settings{};
  if (::tcgetattr(fd, &settings) != 0) return;
  before_ = settings;
  ::cfmakeraw(&settings);
  settings.c_oflag |= OPOST;  // messages of the emulator itself end their lines with a newline alone
  ::tcsetattr(fd, TCSANOW, &settings);
}

RawTerminal::~RawTerminal() {
  if (before_) ::tcsetattr(fd_, TCSADRAIN, &*before_);
}

}  // namespace app
