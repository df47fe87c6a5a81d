#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "ctc/link.h"
#include "usernet/far_end.h"
#include "usernet/stack.h"

namespace usernet {

enum class Direction : std::uint8_t { read, write };  // as the guest sees it

// What stands at the other end of a guest's two CTCs: a system with ctcm's protocol, and behind it the host's network.
class Network {
 public:
  static z::Result<std::shared_ptr<Network>> make();

  // The guest's ends of the two CTCs: of the device that it reads and of the one that it writes. Each is there once; null
  // when it is taken.
  std::unique_ptr<ctc::Link> take_end(Direction direction) { return std::move(guest_ends_[direction == Direction::read ? 0 : 1]); }
  z::Result<> forward(Forward forward) { return stack_->forward(forward); }

 private:
  // Writes what the guest reads. What comes while a WRITE is under way goes together in the next block.
  class Writer final : public Transfers {
   public:
    explicit Writer(std::unique_ptr<ctc::Link> link) : end_(std::move(link), *this) {}
    void open();
    void send(Packet packet);
    void tick();

   private:
    bool are_wished() const override;
    Transfer next() override;
    void ended(ctc::Buffer data) override;

    mutable z::Mutex mutex_;
    bool opens_ Z_GUARDED_BY(mutex_) = false;  // an opening block is due
    bool is_writing_ Z_GUARDED_BY(mutex_) = false;
    bool is_old_ Z_GUARDED_BY(mutex_) = false;  // the WRITE was under way at the last tick
    std::vector<Packet> waiting_ Z_GUARDED_BY(mutex_);
    FarEnd end_;
  };

  // Reads whatever the guest writes.
  class Reader final : public Transfers {
   public:
    Reader(std::unique_ptr<ctc::Link> link, Network& network) : network_(network), end_(std::move(link), *this) {}
    void tick() { end_.retry(); }

   private:
    bool are_wished() const override { return true; }
    Transfer next() override;
    void ended(ctc::Buffer data) override { network_.arrived(std::move(data)); }

    Network& network_;
    FarEnd end_;
  };

  // The two ends of a CTC.
  using Cable = std::pair<std::unique_ptr<ctc::Link>, std::unique_ptr<ctc::Link>>;

  Network(Cable guest_reads, Cable guest_writes);
  void arrived(ctc::Buffer block);
  void run(const std::stop_token& stop);

  std::array<std::unique_ptr<ctc::Link>, 2> guest_ends_;
  std::unique_ptr<Stack> stack_;
  Writer writer_;
  Reader reader_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace usernet
