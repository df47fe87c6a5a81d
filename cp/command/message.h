#pragma once

#include <fmt/format.h>

#include <expected>
#include <functional>
#include <string>

#include "base/result.h"

namespace cp {

// A CP message, ready to show. The return code of a command that ends with it is its number.
struct Message {
  unsigned number = 0;
  std::string text;  // "HCPCQU045E BEAT1 not logged on"
};

template <class T = void>
using Answer = std::expected<T, Message>;

Message make_message(unsigned number, fmt::format_args inserts);

// The catalogue's message with this number. A number or a count of inserts that the catalogue does not know is a bug.
template <class... Inserts>
Message message(unsigned number, const Inserts&... inserts) {
  return make_message(number, fmt::make_format_args(inserts...));
}

template <class... Inserts>
std::unexpected<Message> refusal(unsigned number, const Inserts&... inserts) {
  return std::unexpected{message(number, inserts...)};
}

}  // namespace cp
