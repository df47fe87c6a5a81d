#include "lpar/sclp_text.h"

#include <algorithm>
#include <array>

#include "base/be.h"
#include "base/ebcdic.h"

namespace lpar::sclp {
namespace {

// Where code page 500 differs from 1047.
struct Difference {
  std::uint8_t code;
  char cp500;
};
constexpr std::array<Difference, 8> differences{{{0x4A, '['}, {0x4F, '!'}, {0x5A, ']'}, {0xAD, '\xDD'},
                                                 {0xB0, '\xA2'}, {0xBA, '\xAC'}, {0xBB, '|'}, {0xBD, '\xA8'}}};

struct ObjectHeader {
  z::be16 length, type;
};
constexpr std::uint16_t message_text_object = 4;
constexpr std::size_t data_block_header = 12, text_object_header = 10;

// A vector with a two-byte length and identifier, or with one-byte ones, around what is inside.
std::vector<std::byte> around(std::uint16_t identifier, std::span<const std::byte> inside) {
  const ObjectHeader header{static_cast<std::uint16_t>(inside.size() + sizeof(ObjectHeader)), identifier};
  std::vector<std::byte> result(sizeof header + inside.size());
  std::memcpy(result.data(), &header, sizeof header);
  std::ranges::copy(inside, result.begin() + sizeof header);
  return result;
}
std::vector<std::byte> around_short(std::uint8_t key, std::span<const std::byte> inside) {
  std::vector<std::byte> result{std::byte(inside.size() + 2), std::byte{key}};
  result.insert(result.end(), inside.begin(), inside.end());
  return result;
}

std::string text_of(std::span<const std::byte> codes) {
  std::string text;
  constexpr std::byte new_line{0x15}, line_feed{0x25};
  for (const auto code : codes)
    text += code == new_line || code == line_feed ? '\n' : from_cp500(std::to_integer<std::uint8_t>(code));
  if (text.ends_with('\n')) text.pop_back();  // the object itself is a line
  return text;
}

}  // namespace

char from_cp500(std::uint8_t c) {
  const auto found = std::ranges::find(differences, c, &Difference::code);
  return found != differences.end() ? found->cp500 : z::from_ebcdic(c);
}

std::uint8_t to_cp500(char c) {
  const auto found = std::ranges::find(differences, c, &Difference::cp500);
  return found != differences.end() ? found->code : z::to_ebcdic(c);
}

std::vector<std::string> lines_of_message(std::span<const std::byte> body) {
  std::vector<std::string> lines;
  if (body.size() < data_block_header) return lines;
  for (auto rest = body.subspan(data_block_header); rest.size() >= sizeof(ObjectHeader);) {
    ObjectHeader header;
    std::memcpy(&header, rest.data(), sizeof header);
    if (header.length < sizeof header || header.length > rest.size()) break;
    if (header.type == message_text_object && header.length >= text_object_header)
      lines.push_back(text_of(rest.first(header.length).subspan(text_object_header)));
    rest = rest.subspan(header.length);
  }
  return lines;
}

std::vector<std::byte> operator_command(std::string_view line) {
  enum : std::uint16_t { message_unit = 0x1310, command_unit = 0x1212, text_command = 0x1320 };
  enum : std::uint8_t { self_defining_text = 0x31, text_field = 0x30 };
  constexpr std::size_t longest = 250;
  std::vector<std::byte> text;
  for (const char c : line.substr(0, longest)) text.push_back(std::byte{to_cp500(c)});
  const auto subvector = around_short(self_defining_text, around_short(text_field, text));
  return around(message_unit, around(command_unit, around(text_command, subvector)));
}

}  // namespace lpar::sclp
