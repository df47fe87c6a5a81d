#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "base/be.h"
#include "base/result.h"

namespace channel {

// Bytes of a saved state: blocks of Be fields one after the other, and runs of bytes with their length before them.
class StateWriter {
 public:
  template <class Block>
    requires(std::is_trivially_copyable_v<Block> && alignof(Block) == 1)
  void put(const Block& block) {
    const auto bytes = std::as_bytes(std::span{&block, 1});
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void put_bytes(std::span<const std::byte> bytes) {
    put(z::be32{static_cast<std::uint32_t>(bytes.size())});
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

class StateReader {
 public:
  explicit StateReader(std::span<const std::byte> bytes) : left_(bytes) {}

  template <class Block>
    requires(std::is_trivially_copyable_v<Block> && alignof(Block) == 1)
  z::Result<Block> get() {
    const auto bytes = Z_TRY(take(sizeof(Block)));
    Block block;
    std::memcpy(&block, bytes.data(), sizeof block);
    return block;
  }
  z::Result<std::span<const std::byte>> get_bytes() { return take(Z_TRY(get<z::be32>())); }
  bool is_at_end() const { return left_.empty(); }

 private:
  z::Result<std::span<const std::byte>> take(std::size_t size) {
    if (size > left_.size()) return z::failure("saved state ends early: {} bytes wanted, {} there", size, left_.size());
    const auto bytes = left_.first(size);
    left_ = left_.subspan(size);
    return bytes;
  }

  std::span<const std::byte> left_;
};

}  // namespace channel
