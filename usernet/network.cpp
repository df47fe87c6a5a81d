#include "usernet/network.h"

#include <stop_token>

#include "base/clock.h"
#include "ctc/in_process_link.h"

namespace usernet {
namespace {

// CTC commands (ctc/README.md, "Pairing").
constexpr std::uint8_t write_command = 0x01, read_command = 0x02;

constexpr std::size_t most_waiting = 1024;  // packets; more are dropped, as any network does

}  // namespace

z::Result<std::shared_ptr<Network>> Network::make() {
  std::shared_ptr<Network> network{new Network{ctc::make_in_process_link(), ctc::make_in_process_link()}};
  auto& made = *network;
  made.stack_ = Z_TRY(Stack::make([&made](Packet packet) { made.writer_.send(std::move(packet)); }));
  made.thread_ = std::jthread{[&made](const std::stop_token& stop) { made.run(stop); }};
  return network;
}

Network::Network(Cable guest_reads, Cable guest_writes)
    : guest_ends_{std::move(guest_reads.first), std::move(guest_writes.first)},
      writer_(std::move(guest_reads.second)),
      reader_(std::move(guest_writes.second), *this) {}

void Network::run(const std::stop_token& stop) {
  const std::stop_callback wake{stop, [this] { stack_->wake(); }};
  const z::HostClock clock;
  auto last_tick = clock.now();
  while (!stop.stop_requested()) {
    stack_->step();
    if (clock.now() - last_tick < std::chrono::seconds{1}) continue;
    last_tick = clock.now();
    writer_.tick();
    reader_.tick();
  }
}

// A guest that opens its direction has just brought its interface up and waits for ours.
void Network::arrived(ctc::Buffer block) {
  if (is_opening(block.bytes())) return writer_.open();
  for (auto& packet : packets_of(block.bytes())) stack_->from_guest(std::move(packet));
}

void Network::Writer::open() {
  {
    const z::Lock lock{mutex_};
    opens_ = true;
  }
  end_.wake();
}

void Network::Writer::send(Packet packet) {
  {
    const z::Lock lock{mutex_};
    if (waiting_.size() >= most_waiting || packet.size() > longest_packet) return;
    waiting_.push_back(std::move(packet));
  }
  end_.wake();
}

bool Network::Writer::are_wished() const {
  const z::Lock lock{mutex_};
  return opens_ || !waiting_.empty();
}

Transfer Network::Writer::next() {
  const z::Lock lock{mutex_};
  is_writing_ = true;
  is_old_ = false;
  auto block = std::exchange(opens_, false) ? opening_block() : next_block(waiting_);
  const auto count = static_cast<std::uint32_t>(block.size());
  return {.code = write_command, .count = count, .data = std::move(block)};
}

void Network::Writer::ended(ctc::Buffer) {
  const z::Lock lock{mutex_};
  is_writing_ = false;
}

// A WRITE that has found no reader for a second is taken back: the guest's driver has begun again, and as long as the WRITE stands
// it would be refused.
void Network::Writer::tick() {
  end_.retry();
  const auto stuck = [this] {
    const z::Lock lock{mutex_};
    return is_writing_ && std::exchange(is_old_, true);
  };
  if (stuck()) end_.take_back();
}

Transfer Network::Reader::next() { return {.code = read_command, .count = longest_block}; }

}  // namespace usernet
