#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace z {

// Code page 1047 (z/VM's default, Linux's consoles) to and from ISO 8859-1.
std::uint8_t to_ebcdic(char c);
char from_ebcdic(std::uint8_t c);
std::string from_ebcdic(std::span<const std::byte> text);

// A fixed-width EBCDIC name, left-justified and padded with blanks (X'40').
template <std::size_t N>
struct EbcdicText {
  std::uint8_t bytes[N];

  constexpr bool operator==(const EbcdicText&) const = default;
  static EbcdicText of(std::string_view text) {
    EbcdicText result;
    for (std::size_t i = 0; i < N; ++i) result.bytes[i] = i < text.size() ? to_ebcdic(text[i]) : 0x40;
    return result;
  }
  // Without trailing blanks.
  std::string text() const {
    std::string result;
    for (const auto b : bytes) result += from_ebcdic(b);
    while (!result.empty() && (result.back() == ' ' || result.back() == '\0')) result.pop_back();
    return result;
  }
};
using EbcdicName = EbcdicText<8>;

}  // namespace z
