#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cp/io/real_io.h"

namespace cp::isfc {

// The channel program of one WRITE, over pieces that lie anywhere. Pages that lie in partition storage (those of a guest that moves)
// are moved from there by indirect data addressing; what is small, or lies elsewhere, is copied behind the program.
class WriteProgram {
 public:
  // An area of `area_size(largest)` bytes takes any WRITE of `largest` bytes.
  static std::size_t area_size(std::size_t largest);
  WriteProgram(IoArea area, std::size_t largest);

  const IoArea& area() const { return area_; }
  // Pieces in partition storage must stay until the program has ended.
  void compose(std::uint8_t command, std::span<const std::span<const std::byte>> pieces);

 private:
  enum class Kind : std::uint8_t { direct, indirect };
  struct Part {  // what one CCW covers
    Kind kind;
    std::uint64_t address;  // of the data, or of the list
    std::size_t count;
    std::uint64_t end;      // of the data so far
  };
  void add_copy(std::span<const std::byte> piece);
  void add_in_place(z::AbsoluteAddress address, std::size_t length);
  void put(std::uint8_t command);

  IoArea area_;
  std::size_t lists_;  // offset of the address lists in the area
  std::size_t data_;   // of what is copied
  std::size_t copied_ = 0;
  std::size_t words_ = 0;
  std::vector<Part> parts_;
};

}  // namespace cp::isfc
