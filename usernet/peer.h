#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "ctc/link.h"
#include "usernet/block.h"
#include "usernet/far_end.h"

namespace usernet {

// What stands at the other end of a guest's two CTCs: a system with ctcm's protocol. Packets go in and come out.
class Peer {
 public:
  // Called by the threads of the links.
  using Arrived = std::function<void(Packet packet)>;

  // The far ends of the CTC that the guest reads and of the one that it writes.
  Peer(std::unique_ptr<ctc::Link> guest_reads, std::unique_ptr<ctc::Link> guest_writes, Arrived arrived);

  void send(Packet packet);
  void tick();  // about once a second

  // What is due to the guest: what a relocation carries. A peer that it is given goes on where the other one stood.
  std::vector<std::byte> save() const;
  z::Result<> restore(std::span<const std::byte> state);
  // All packets that are due to the guest, the first `skipped` left out.
  std::vector<Packet> waiting(std::size_t skipped) const { return writer_.waiting(skipped); }

 private:
  // Writes what the guest reads. What comes while a WRITE is under way goes together in the next block.
  class Writer final : public Transfers {
   public:
    explicit Writer(std::unique_ptr<ctc::Link> link) : end_(std::move(link), *this) {}
    void open();
    void send(Packet packet);
    void tick();
    bool is_opening() const;
    std::vector<Packet> waiting(std::size_t skipped) const;
    void resume(bool opens, std::vector<Packet> packets);

   private:
    bool are_wished() const override;
    Transfer next() override;
    void ended(ctc::Buffer data) override;

    mutable z::Mutex mutex_;
    bool opens_ Z_GUARDED_BY(mutex_) = false;  // an opening block is due
    bool is_writing_ Z_GUARDED_BY(mutex_) = false;
    bool is_writing_opening_ Z_GUARDED_BY(mutex_) = false;
    bool is_old_ Z_GUARDED_BY(mutex_) = false;  // the WRITE was under way at the last tick
    std::vector<Packet> under_way_ Z_GUARDED_BY(mutex_);  // what the WRITE holds
    std::vector<Packet> waiting_ Z_GUARDED_BY(mutex_);
    FarEnd end_;
  };

  // Reads whatever the guest writes.
  class Reader final : public Transfers {
   public:
    Reader(std::unique_ptr<ctc::Link> link, Peer& peer) : peer_(peer), end_(std::move(link), *this) {}
    void tick() { end_.retry(); }
    void resume() { end_.resume(); }

   private:
    bool are_wished() const override { return true; }
    Transfer next() override;
    void ended(ctc::Buffer data) override { peer_.arrived(std::move(data)); }

    Peer& peer_;
    FarEnd end_;
  };

  void arrived(ctc::Buffer block);

  const Arrived arrived_;
  Writer writer_;
  Reader reader_;
};

}  // namespace usernet
