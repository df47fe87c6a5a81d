#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Text as the service-call logical processor carries it.
namespace lpar::sclp {

// Code page 500, in which operating-system messages are written in a logical partition.
char from_cp500(std::uint8_t c);
std::uint8_t to_cp500(char c);

// The lines of a message event: what the message text objects of the message data block in `body` hold.
std::vector<std::string> lines_of_message(std::span<const std::byte> body);

// The body of an operator-command event for a line that the operator typed: a message unit (MDS-MU) around a command
// unit around a text command around the text. What does not fit is cut off.
std::vector<std::byte> operator_command(std::string_view line);

}  // namespace lpar::sclp
