#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/address.h"
#include "channel/device.h"
#include "channel/transport_blocks.h"
#include "cpu/storage.h"

namespace channel {

// The input or the output data of a transport-mode program as one stream: one area, or a list of TIDAWs. Check bytes that
// a list inserts are not in storage and not in the stream.
class TransportArea final : public Transfer {
 public:
  enum class Direction : std::uint8_t { input, output };
  enum class Addressing : std::uint8_t { direct, indirect };
  struct Place {
    std::uint64_t address;
    Addressing addressing;
    std::size_t length;
  };

  TransportArea(cpu::Storage& storage, std::uint8_t key, Direction direction, Place place, std::uint8_t path)
      : storage_(storage), key_(key), direction_(direction), place_(place), left_(place.length), path_(path) {
    if (place.addressing == Addressing::direct) run_ = {place.address, place.length, Skipped::no};
    list_ = place.address;
  }

  std::size_t count() const override { return place_.length; }
  std::size_t receive(std::span<std::byte> to) override;
  std::size_t send(std::span<const std::byte> from) override;
  void set_excess() override {}
  std::uint8_t path() const override { return path_; }

  std::size_t residual() const { return left_; }
  std::uint8_t check() const { return check_; }  // subchannel status of a fault, or 0
  void sample_into(std::span<std::byte> place) { sample_ = place; }
  std::span<const std::byte> sample() const { return sample_.first(sample_size_); }

 private:
  enum class Skipped : bool { no, yes };
  struct Run {
    std::uint64_t address = 0;
    std::size_t length = 0;
    Skipped skipped = Skipped::no;
  };
  template <class Move>
  std::size_t transfer(std::size_t length, Move move);
  bool next_run();
  bool fail(std::uint8_t check);
  void take_sample(std::span<const std::byte> bytes);

  cpu::Storage& storage_;
  std::uint8_t key_;
  Direction direction_;
  Place place_;
  std::size_t left_;  // of all
  std::uint8_t path_;
  Run run_;           // what is left of the area at hand
  std::uint64_t list_ = 0;
  bool is_last_ = false;
  std::uint8_t check_ = 0;
  std::span<std::byte> sample_{};
  std::size_t sample_size_ = 0;
};

// Bytes from storage through a TIDAW list or directly; nothing when they are not all there.
std::optional<std::vector<std::byte>> gather(cpu::Storage& storage, std::uint8_t key, TransportArea::Place place);

}  // namespace channel
