#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gdb {

// Numbers and bytes as the protocol writes them. Nothing but hexadecimal digits is accepted.
std::optional<std::uint64_t> parse_number(std::string_view digits);
std::optional<std::string> parse_bytes(std::string_view digits);
std::string hex(std::string_view bytes);

// What stands before the separator; the text goes on behind it. The whole of the text when there is none.
std::string_view take_until(std::string_view& text, char separator);

}  // namespace gdb
