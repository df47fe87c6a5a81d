#include "cp/isfc/ctc_port.h"

#include "base/assert.h"
#include "channel/device.h"

namespace cp::isfc {
namespace {

constexpr std::uint8_t write_command = 0x01, read_command = 0x02, set_extended_mode = 0xC3;
constexpr std::size_t chunk = 15 * z::page_size;  // of a data-chained CCW, whose count has 16 bits
constexpr std::size_t ccw_size = 8;
constexpr std::size_t filler_length = 1;  // no block is so short

std::size_t chunks(std::size_t length) { return length == 0 ? 1 : (length + chunk - 1) / chunk; }
std::size_t program_size(std::size_t length) { return (chunks(length) * ccw_size + z::page_size - 1) / z::page_size * z::page_size; }

// One command over `length` bytes that lie behind the CCWs.
void compose(IoArea& area, std::uint8_t command, std::size_t length) {
  ChannelProgram program{area, chunks(length)};
  for (std::size_t done = 0; done == 0 || done < length; done += chunk) {
    const bool more = done + chunk < length;
    program.add_at(command, program_size(area.size()) + done, std::min(chunk, length - done),
                   more ? ChannelProgram::chain_data | ChannelProgram::suppress_length : ChannelProgram::suppress_length);
  }
}

// Bytes moved: the CCWs before the last one used are full.
std::size_t moved(const IoArea& area, const IoEnd& end, std::size_t length) {
  const auto used = (end.ccw_address - area.origin().value) / ccw_size;
  if (used == 0 || used > chunks(length)) return 0;
  const auto before = (used - 1) * chunk;
  return before + std::min(chunk, length - before) - end.residual;
}

}  // namespace

CtcPort::CtcPort(EventLoop& loop, RealIo& io, z::DeviceNumber device, std::size_t largest)
    : loop_(loop), io_(io), device_(device), largest_(largest), control_(io.area(z::page_size)),
      filler_(io.area(z::page_size)),
      read_area_(io.area(program_size(largest + z::page_size) + largest)),
      write_program_(io.area(WriteProgram::area_size(largest)), largest) {
  ChannelProgram program{control_, 1};
  program.add(set_extended_mode, std::size_t{1}, ChannelProgram::suppress_length);
  ChannelProgram filler{filler_, 1};
  filler.add(write_command, filler_length, ChannelProgram::suppress_length);
}

CtcPort::~CtcPort() { close(); }

z::Result<> CtcPort::open(Events events) {
  Z_ASSERT(!*alive_);
  Z_CHECK(io_.open(device_));
  events_ = std::move(events);
  alive_ = std::make_shared<bool>(true);
  io_.on_unsolicited(device_, [this, alive = alive_](std::uint8_t status) {
    if (*alive && (status & channel::attention.bits) != 0) attention();
  });
  probe();
  return {};
}

// What is under way is halted; what follows waits for its end.
void CtcPort::close() {
  if (!std::exchange(*alive_, false)) return;
  loop_.cancel(probe_timer_);
  if (state_ != State::closed && state_ != State::idle && state_ != State::delivering) io_.halt(device_);
  state_ = State::closed;
  attention_ = peer_reads_ = write_waits_ = false;
}

void CtcPort::start(const IoArea& area, void (CtcPort::*ended)(const IoEnd&)) {
  io_.start(device_, area, [this, ended, alive = alive_](const IoEnd& end) {
    if (*alive) (this->*ended)(end);
  });
}

// SET EXTENDED MODE succeeds as soon as the other side is there; until then it ends with unit check, intervention required.
void CtcPort::probe() {
  state_ = State::probing;
  start(control_, &CtcPort::probed);
}

void CtcPort::probed(const IoEnd& end) {
  const bool peer_writes = end.device_status == (channel::busy | channel::attention).bits;
  if (!end.ok() && !peer_writes) return lose();
  attention_ = attention_ || peer_writes;
  state_ = State::idle;
  events_.opened();
  go_on();
}

void CtcPort::attention() {
  attention_ = true;
  if (state_ == State::idle) go_on();
}

void CtcPort::go_on() {
  if (state_ != State::idle) return;
  if (attention_) start_read();
  else if (write_waits_) start_write();
  else if (peer_reads_) start_filler();
}

void CtcPort::start_read() {
  attention_ = false;
  state_ = State::reading;
  compose(read_area_, read_command, largest_);
  start(read_area_, &CtcPort::read_ended);
}

void CtcPort::read_ended(const IoEnd& end) {
  // The status of a collision comes with deferred condition code 1 when it met the start itself.
  peer_reads_ = end.device_status == (channel::busy | channel::attention).bits;
  if ((end.device_status & channel::unit_check.bits) != 0 || (end.deferred_cc != 0 && !peer_reads_)) return lose();
  // Nothing is read over the block while it is looked at.
  state_ = State::delivering;
  const auto length = end.ok() ? moved(read_area_, end, largest_) : 0;
  if (length > filler_length) events_.received(read_area_.view(program_size(read_area_.size()), length));
  if (state_ != State::delivering) return;  // closed meanwhile
  state_ = State::idle;
  go_on();
}

void CtcPort::write(std::span<const std::span<const std::byte>> pieces) {
  Z_ASSERT(!write_waits_);
  write_program_.compose(write_command, pieces);
  write_waits_ = true;
  go_on();
}

void CtcPort::start_write() {
  state_ = State::writing;
  peer_reads_ = false;
  start(write_program_.area(), &CtcPort::write_ended);
}

void CtcPort::write_ended(const IoEnd& end) {
  if (end.device_status == (channel::busy | channel::attention).bits) {
    attention_ = true;
    state_ = State::idle;
    return go_on();
  }
  if (!end.ok()) return lose();
  state_ = State::idle;
  write_waits_ = false;
  events_.written();
  go_on();
}

void CtcPort::start_filler() {
  state_ = State::filling;
  peer_reads_ = false;
  start(filler_, &CtcPort::filler_ended);
}

void CtcPort::filler_ended(const IoEnd& end) {
  const bool collided = end.device_status == (channel::busy | channel::attention).bits;  // the peer writes: no READ of it waits
  if (!end.ok() && !collided) return lose();
  attention_ = attention_ || collided;
  state_ = State::idle;
  go_on();
}

void CtcPort::reopen() {
  if (!is_open()) return;
  state_ = State::closed;
  lose();
}

void CtcPort::lose() {
  const bool was_open = is_open();
  state_ = State::closed;
  attention_ = peer_reads_ = write_waits_ = false;
  probe_timer_ = loop_.after(probe_again, [this] { probe(); });
  if (was_open) events_.lost();
}

}  // namespace cp::isfc
