#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "base/be.h"
#include "base/result.h"

namespace z {

// Composes a state or a message field by field, integers big-endian.
class ByteWriter {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(static_cast<std::byte>(value)); }
  void be16(std::uint16_t value) { put(Be<std::uint16_t>{value}); }
  void be32(std::uint32_t value) { put(Be<std::uint32_t>{value}); }
  void be64(std::uint64_t value) { put(Be<std::uint64_t>{value}); }
  void raw(std::span<const std::byte> from) { bytes_.insert(bytes_.end(), from.begin(), from.end()); }
  // A length in front, so that a reader can skip what it does not know.
  void block(std::span<const std::byte> from) {
    be32(static_cast<std::uint32_t>(from.size()));
    raw(from);
  }
  std::vector<std::byte> bytes() && { return std::move(bytes_); }

 private:
  template <class T>
  void put(const T& value) { raw(std::as_bytes(std::span{&value, 1})); }
  std::vector<std::byte> bytes_;
};

// Takes such bytes apart. They may come from another program: every read checks the length.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  Result<std::uint8_t> u8() { return get<std::uint8_t>(); }
  Result<std::uint16_t> be16() { return get<std::uint16_t>(); }
  Result<std::uint32_t> be32() { return get<std::uint32_t>(); }
  Result<std::uint64_t> be64() { return get<std::uint64_t>(); }
  Result<std::span<const std::byte>> raw(std::size_t count) {
    if (count > rest_.size()) return failure("{} bytes expected, {} left", count, rest_.size());
    const auto result = rest_.first(count);
    rest_ = rest_.subspan(count);
    return result;
  }
  Result<std::span<const std::byte>> block() { return raw(Z_TRY(be32())); }
  std::span<const std::byte> rest() const { return rest_; }

 private:
  template <class T>
  Result<T> get() { return Be<T>::load(Z_TRY(raw(sizeof(T))).data()); }
  std::span<const std::byte> rest_;
};

}  // namespace z
