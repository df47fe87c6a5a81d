#pragma once

#include <string_view>
#include <vector>

#include "base/ebcdic.h"

namespace unitrecord::test {

inline std::vector<std::byte> ebcdic(std::string_view text) {
  std::vector<std::byte> bytes;
  for (const char c : text) bytes.push_back(std::byte{z::to_ebcdic(c)});
  return bytes;
}

}  // namespace unitrecord::test
