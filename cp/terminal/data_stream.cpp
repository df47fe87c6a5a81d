#include "cp/terminal/data_stream.h"

#include <array>

#include "base/ebcdic.h"

namespace cp {
namespace {

constexpr std::byte set_buffer_address{0x11}, start_field{0x1D}, insert_cursor{0x13}, repeat_to_address{0x3C}, null{0x00};
constexpr std::uint8_t restore_keyboard = 0x02, reset_modified = 0x01, sound_alarm = 0x04, graphic = 0x40;

// The graphic byte of a six-bit value (3270 Data Stream Programmer's Reference, "Buffer addresses").
constexpr std::uint8_t graphic_of(unsigned six_bits) {
  constexpr std::array<std::uint8_t, 64> code{
      0x40, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F,
      0x50, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0x5A, 0x5B, 0x5C, 0x5D, 0x5E, 0x5F,
      0x60, 0x61, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F,
      0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0x7A, 0x7B, 0x7C, 0x7D, 0x7E, 0x7F};
  return code[six_bits & 0x3F];
}

// A 12-bit address has graphic bytes, whose two first bits are not both zero; a 14-bit one begins with B'00'.
unsigned address_of(std::byte first, std::byte second) {
  const auto high = std::to_integer<unsigned>(first), low = std::to_integer<unsigned>(second);
  if ((high & 0xC0) == 0) return ((high & 0x3F) << 8) | low;
  return ((high & 0x3F) << 6) | (low & 0x3F);
}

}  // namespace

ScreenSize ScreenSize::of(std::string_view terminal_type) {
  constexpr std::size_t model_at = std::string_view{"IBM-3278-"}.size();
  switch (terminal_type.size() > model_at ? terminal_type[model_at] : '2') {
    case '3': return {32, 80};
    case '4': return {43, 80};
    case '5': return {27, 132};
    default: return {24, 80};
  }
}

DataStream::DataStream(Keyboard keyboard, Alarm alarm) {
  std::uint8_t control = graphic;
  if (keyboard == Keyboard::restored) control |= restore_keyboard | reset_modified;
  if (alarm == Alarm::sounded) control |= sound_alarm;
  bytes_.push_back(std::byte{graphic_of(control)});
}

DataStream& DataStream::address(unsigned position) {
  bytes_.push_back(std::byte{graphic_of(position >> 6)});
  bytes_.push_back(std::byte{graphic_of(position)});
  return *this;
}

DataStream& DataStream::go(unsigned position) {
  bytes_.push_back(set_buffer_address);
  return address(position);
}

DataStream& DataStream::start(Field field) {
  bytes_.push_back(start_field);
  bytes_.push_back(static_cast<std::byte>(field));
  return *this;
}

DataStream& DataStream::text(std::string_view text) {
  constexpr std::uint8_t blank = 0x40;
  for (const char c : text) {
    const auto code = z::to_ebcdic(c);
    bytes_.push_back(std::byte{code < blank || code == 0xFF ? blank : code});
  }
  return *this;
}

DataStream& DataStream::fill_to(unsigned position) {
  bytes_.push_back(repeat_to_address);
  address(position);
  bytes_.push_back(null);
  return *this;
}

DataStream& DataStream::cursor() {
  bytes_.push_back(insert_cursor);
  return *this;
}

std::string Entered::field(unsigned position) const {
  const auto found = fields.find(position);
  if (found == fields.end()) return {};
  const auto first = found->second.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return found->second.substr(first, found->second.find_last_not_of(' ') + 1 - first);
}

Entered Entered::parse(std::span<const std::byte> record) {
  constexpr std::size_t head = 3;  // the key and where the cursor is
  Entered entered;
  if (record.empty()) return entered;
  entered.key = std::to_integer<std::uint8_t>(record[0]);
  std::string* field = nullptr;
  for (std::size_t i = head; i < record.size(); ++i) {
    if (record[i] == set_buffer_address && i + 2 < record.size()) {
      field = &entered.fields[address_of(record[i + 1], record[i + 2])];
      i += 2;
    } else if (field != nullptr && record[i] != null) {
      *field += z::from_ebcdic(std::to_integer<std::uint8_t>(record[i]));
    }
  }
  return entered;
}

}  // namespace cp
