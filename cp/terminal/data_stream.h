#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cp {

// The size of a screen. Positions count from 0, row by row.
struct ScreenSize {
  unsigned rows = 24, columns = 80;
  unsigned positions() const { return rows * columns; }
  unsigned at(unsigned row, unsigned column) const { return row * columns + column; }

  // Of a terminal by its type: "IBM-3278-4-E" has 43 rows of 80. Unknown models have 24 rows of 80.
  static ScreenSize of(std::string_view terminal_type);
};

// Field attributes (3270 Data Stream Programmer's Reference, "Field attributes"), as their graphic bytes.
enum class Field : std::uint8_t { input = 0x40, hidden_input = 0x4C, text = 0x60, bright_text = 0xE8 };

// The data of a WRITE or ERASE/WRITE, order by order. The write control character comes first.
class DataStream {
 public:
  enum class Keyboard { as_it_is, restored };
  enum class Alarm { silent, sounded };
  explicit DataStream(Keyboard keyboard, Alarm alarm = Alarm::silent);

  DataStream& go(unsigned position);
  DataStream& start(Field field);
  DataStream& text(std::string_view text);  // ISO 8859-1; what has no graphic becomes a blank
  DataStream& fill_to(unsigned position);   // with nulls
  DataStream& cursor();

  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  DataStream& address(unsigned position);

  std::vector<std::byte> bytes_;
};

// What a terminal sent: the key, and for a key that sends them the modified fields by the position of their first character.
struct Entered {
  enum class Key : std::uint8_t { enter = 0x7D, clear = 0x6D, pa1 = 0x6C, pa2 = 0x6E, pa3 = 0x6B, pf12 = 0x7C };
  std::uint8_t key = 0;
  std::map<unsigned, std::string> fields;

  bool is(Key wanted) const { return key == static_cast<std::uint8_t>(wanted); }
  // Without leading and trailing blanks; empty when it was not sent.
  std::string field(unsigned position) const;
  static Entered parse(std::span<const std::byte> record);
};

}  // namespace cp
