#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

namespace ctc {

// Bytes that change owner on their way from one side's storage to the other's. Not zeroed when made.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t size) : bytes_(std::make_unique_for_overwrite<std::byte[]>(size)), size_(size) {}
  Buffer(Buffer&& other) noexcept : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  static Buffer copy_of(std::span<const std::byte> from) {
    Buffer buffer{from.size()};
    if (!from.empty()) std::memcpy(buffer.bytes_.get(), from.data(), from.size());
    return buffer;
  }

  std::size_t size() const { return size_; }
  std::span<std::byte> bytes() { return {bytes_.get(), size_}; }
  std::span<const std::byte> bytes() const { return {bytes_.get(), size_}; }
  void cut(std::size_t size) { size_ = size < size_ ? size : size_; }

 private:
  std::unique_ptr<std::byte[]> bytes_;
  std::size_t size_ = 0;
};

}  // namespace ctc
