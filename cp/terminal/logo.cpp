#include "cp/terminal/logo.h"

#include <fmt/format.h>

#include <array>

namespace cp {
namespace {

constexpr std::string_view prompt = "USERID   ===>";
constexpr auto drawing = std::to_array<std::string_view>({
    "EEEEE N   N DDDD  IIIII  CCC   OOO  TTTTT TTTTT",
    "E     NN  N D   D   I   C   C O   O   T     T  ",
    "EEEE  N N N D   D   I   C     O   O   T     T  ",
    "E     N  NN D   D   I   C   C O   O   T     T  ",
    "EEEEE N   N DDDD  IIIII  CCC   OOO    T     T  ",
});

}  // namespace

unsigned Logo::field_at(unsigned row) const { return size_.at(row, prompt.size() + 2); }

DataStream Logo::screen() const {
  DataStream stream{DataStream::Keyboard::restored};
  stream.go(size_.at(0, 0)).start(Field::text).text(fmt::format("CP ONLINE  {}", system_));
  for (unsigned row = 0; row < drawing.size(); ++row) stream.go(size_.at(4 + row, (size_.columns - drawing[0].size()) / 2)).text(drawing[row]);
  stream.go(size_.at(size_.rows - 7, 1)).text("Fill in your USERID and PASSWORD and press ENTER");
  stream.go(size_.at(size_.rows - 6, 1)).text("(Your password will not appear when you type it)");
  const auto field = [&](unsigned position, std::string_view name, Field kind) {
    stream.go(position - prompt.size() - 1).text(name).go(position - 1).start(kind);
    stream.fill_to(position + 16).go(position + 16).start(Field::text);
  };
  field(userid_position(), "USERID   ===>", Field::input);
  field(password_position(), "PASSWORD ===>", Field::hidden_input);
  stream.go(command_position() - prompt.size() - 1).text("COMMAND  ===>").go(command_position() - 1).start(Field::input);
  stream.fill_to(size_.at(size_.rows - 1, 0)).go(size_.at(size_.rows - 1, 0)).start(Field::text);
  stream.go(userid_position()).cursor();
  return stream;
}

std::string Logo::command(const Entered& entered) const {
  if (auto typed = entered.field(command_position()); !typed.empty()) return typed;
  const auto userid = entered.field(userid_position());
  return userid.empty() ? "" : fmt::format("LOGON {} {}", userid, entered.field(password_position()));
}

}  // namespace cp
