#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

namespace ctc {

// Whose memory a buffer may lie in. Takes it back from any thread.
class Lender {
 public:
  virtual ~Lender() = default;
  virtual void take_back(std::byte* bytes) = 0;
};

struct GiveBack {
  std::shared_ptr<Lender> lender;  // none: from the heap
  void operator()(std::byte* bytes) const {
    if (lender) lender->take_back(bytes);
    else delete[] bytes;
  }
};

// Bytes that change owner on their way from one side's storage to the other's: in memory of their own, or in memory that the link
// shares with the other end, where they need not be copied to travel. Not zeroed when made.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t size) : bytes_(new std::byte[size]), size_(size) {}
  Buffer(std::byte* bytes, std::size_t size, std::shared_ptr<Lender> lender)
      : bytes_(bytes, GiveBack{std::move(lender)}), size_(size) {}
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
  const Lender* lender() const { return bytes_.get_deleter().lender.get(); }
  void forget() { static_cast<void>(bytes_.release()); size_ = 0; }  // the memory is another's to give back

 private:
  std::unique_ptr<std::byte, GiveBack> bytes_;
  std::size_t size_ = 0;
};

}  // namespace ctc
