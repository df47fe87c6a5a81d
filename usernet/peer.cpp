#include "usernet/peer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/bytes.h"

namespace usernet {
namespace {

// CTC commands (ctc/README.md, "Pairing").
constexpr std::uint8_t write_command = 0x01, read_command = 0x02;

constexpr std::size_t most_waiting = 1024;  // packets; more are dropped, as any network does

}  // namespace

Peer::Peer(std::unique_ptr<ctc::Link> guest_reads, std::unique_ptr<ctc::Link> guest_writes, Arrived arrived)
    : arrived_(std::move(arrived)), writer_(std::move(guest_reads)), reader_(std::move(guest_writes), *this) {}

void Peer::send(Packet packet) { writer_.send(std::move(packet)); }

void Peer::tick() {
  writer_.tick();
  reader_.tick();
}

// A guest that opens its direction has just brought its interface up and waits for ours.
void Peer::arrived(ctc::Buffer block) {
  if (is_opening(block.bytes())) return writer_.open();
  for (auto& packet : packets_of(block.bytes())) arrived_(std::move(packet));
}

std::vector<std::byte> Peer::save() const {
  z::ByteWriter state;
  state.u8(writer_.is_opening() ? 1 : 0);
  const auto packets = writer_.waiting(0);
  state.be32(static_cast<std::uint32_t>(packets.size()));
  for (const auto& packet : packets) state.block(packet);
  return std::move(state).bytes();
}

z::Result<> Peer::restore(std::span<const std::byte> bytes) {
  z::ByteReader state{bytes};
  const bool opens = Z_TRY(state.u8()) != 0;
  std::vector<Packet> packets;
  for (auto left = Z_TRY(state.be32()); left > 0; --left) {
    const auto packet = Z_TRY(state.block());
    if (packet.size() > longest_packet) return z::failure("a saved packet of {} bytes", packet.size());
    packets.emplace_back(packet.begin(), packet.end());
  }
  writer_.resume(opens, std::move(packets));
  reader_.resume();
  return {};
}

void Peer::Writer::open() {
  {
    const z::Lock lock{mutex_};
    opens_ = true;
  }
  end_.wake();
}

void Peer::Writer::send(Packet packet) {
  {
    const z::Lock lock{mutex_};
    if (waiting_.size() >= most_waiting || packet.size() > longest_packet) return;
    waiting_.push_back(std::move(packet));
  }
  end_.wake();
}

void Peer::Writer::resume(bool opens, std::vector<Packet> packets) {
  {
    const z::Lock lock{mutex_};
    opens_ = opens;
    waiting_ = std::move(packets);
  }
  end_.resume();
}

bool Peer::Writer::is_opening() const {
  const z::Lock lock{mutex_};
  return opens_ || is_writing_opening_;
}

std::vector<Packet> Peer::Writer::waiting(std::size_t skipped) const {
  const z::Lock lock{mutex_};
  auto packets = under_way_;
  std::ranges::copy(waiting_, std::back_inserter(packets));
  packets.erase(packets.begin(), packets.begin() + static_cast<std::ptrdiff_t>(std::min(skipped, packets.size())));
  return packets;
}

bool Peer::Writer::are_wished() const {
  const z::Lock lock{mutex_};
  return opens_ || !waiting_.empty();
}

Transfer Peer::Writer::next() {
  const z::Lock lock{mutex_};
  is_writing_ = true;
  is_old_ = false;
  is_writing_opening_ = std::exchange(opens_, false);
  under_way_ = is_writing_opening_ ? std::vector<Packet>{} : take_block(waiting_);
  auto block = is_writing_opening_ ? opening_block() : block_of(under_way_);
  const auto count = static_cast<std::uint32_t>(block.size());
  return {.code = write_command, .count = count, .data = std::move(block)};
}

void Peer::Writer::ended(ctc::Buffer) {
  const z::Lock lock{mutex_};
  is_writing_ = is_writing_opening_ = false;
  under_way_.clear();
}

// A WRITE that has found no reader for a second is taken back: the guest's driver has begun again, and as long as the WRITE stands
// it would be refused.
void Peer::Writer::tick() {
  end_.retry();
  const auto stuck = [this] {
    const z::Lock lock{mutex_};
    if (!is_writing_ || !std::exchange(is_old_, true)) return false;
    is_writing_ = is_writing_opening_ = false;
    under_way_.clear();
    return true;
  };
  if (stuck()) end_.take_back();
}

Transfer Peer::Reader::next() { return {.code = read_command, .count = longest_block}; }

}  // namespace usernet
