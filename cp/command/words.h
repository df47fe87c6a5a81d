#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "cp/command/message.h"
#include "cp/config/keyword.h"

namespace cp {

// The operands of a command, taken from left to right; a missing or wrong one is the message that CP answers.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) { skip_blanks(); }

  bool more() const { return next_ < text_.size(); }
  std::string peek() const;            // upper case
  std::string take();                  // upper case
  bool take_if(Keyword keyword);
  // What is left, as it was typed.
  std::string rest();

  Answer<std::string> operand();       // 026E when there is none
  Answer<std::string> userid();        // 020E
  Answer<std::string> system_name();
  Answer<z::DeviceNumber> virtual_device();  // 022E
  Answer<z::DeviceNumber> real_device();     // 021E
  Answer<std::vector<z::DeviceNumber>> real_devices();  // one or "6000-6003"
  Answer<std::uint64_t> number(std::uint64_t lowest, std::uint64_t highest);
  Answer<std::uint64_t> hexadecimal();
  Answer<> end() const;                // 002E when there is more

 private:
  void skip_blanks();
  std::string_view word() const;

  std::string text_;
  std::size_t next_ = 0;
};

std::optional<std::uint64_t> parse_hexadecimal(std::string_view text);

}  // namespace cp
