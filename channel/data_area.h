#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/address.h"
#include "channel/address_limit.h"
#include "channel/ccw.h"
#include "channel/device.h"
#include "cpu/storage.h"

namespace channel {

// Where program-controlled interruptions go while data moves.
class PciListener {
 public:
  virtual ~PciListener() = default;
  virtual void program_controlled_interruption(std::uint32_t ccw_address) = 0;
};

// The data area of one command: its CCW and those data-chained to it, with their indirect lists, as one stream. Chained CCWs and
// address words are fetched only when the stream reaches them (PoP ch. 15, "Prefetching", P zero).
class DataArea final : public Transfer {
 public:
  DataArea(cpu::Storage& storage, const Orb& orb, const Ccw& ccw, PciListener& pci, std::uint8_t path, AddressLimit limit = {});

  std::size_t count() const override;
  std::size_t receive(std::span<std::byte> to) override;
  std::size_t pass_over(std::size_t count) override;
  std::size_t send(std::span<const std::byte> from) override;
  void set_excess() override { excess_ = true; }
  std::uint8_t path() const override { return path_; }

  // What the command left behind.
  const Ccw& ccw() const { return ccw_; }                     // the current one
  std::uint16_t residual() const { return left_; }            // of the current CCW
  std::uint8_t check() const { return check_; }               // subchannel status of the first fault, or 0
  std::uint32_t faulty_ccw() const { return faulty_ccw_; }
  bool is_touched() const { return touched_; }                // the device moved or tried to move data
  bool is_wrong_length() const { return left_ != 0 || excess_; }
  // Keeps the first bytes that move in this place, for a trace.
  void sample_into(std::span<std::byte> place) { sample_ = place; }
  std::span<const std::byte> sample() const { return sample_.first(sample_size_); }

 private:
  // Bytes that lie together. Backward: `address` is the rightmost.
  struct Run {
    z::AbsoluteAddress address;
    std::size_t length;
    bool skipped;
  };

  template <class Move>
  std::size_t transfer(std::size_t length, Move move);
  std::optional<Run> next_run(std::size_t wanted);
  bool chain_data();
  void begin_ccw();
  bool next_address_word();
  bool next_modified_word();
  void join_adjacent_blocks();
  std::uint64_t block_size() const;
  std::uint64_t room_in_block(std::uint64_t block) const;
  std::nullopt_t fail(std::uint8_t check);
  std::size_t cut_at_limit(std::size_t length) const;
  std::size_t cut_at(std::uint64_t first, std::uint64_t end, std::size_t length) const;
  cpu::StorageCheck store(const Run& run, std::span<const std::byte> from);
  void take_sample(std::span<const std::byte> bytes);
  bool is_direct() const;

  cpu::Storage& storage_;
  const Orb& orb_;
  PciListener& pci_;
  const std::uint8_t command_;
  const std::uint8_t path_;
  const AddressLimit limit_;
  Ccw ccw_;
  std::uint16_t left_;            // bytes of the current CCW not yet moved
  std::size_t known_count_;
  z::AbsoluteAddress position_;   // of the next byte
  std::uint64_t list_ = 0;        // of the next address word
  std::uint64_t block_left_ = 0;  // bytes under the current address word
  bool first_word_ = true;
  bool skip_word_ = false;        // the current MIDAW skips input
  std::uint32_t listed_ = 0;      // sum of the counts of the MIDAWs so far
  std::uint8_t check_ = 0;
  std::uint32_t faulty_ccw_ = 0;
  bool excess_ = false;
  bool touched_ = false;
  std::span<std::byte> sample_{};
  std::size_t sample_size_ = 0;
};

}  // namespace channel
