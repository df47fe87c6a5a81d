// What of a side a relocation carries. Version 1:
//   u8 version, u8 sense byte, u8 program runs, u8 attention due, u8 device end owed,
//   u8 Waiting, and for `device_end` u8 command; for `ended` u8 command, u8 channel end due, u8 status, u8 sense, be32 count,
//   u8 excess, u8 matched, data (length, bytes),
//   state of the link (length, bytes)
#include "base/bytes.h"
#include "ctc/fctc_device.h"

namespace ctc {
namespace {

constexpr std::uint8_t version = 1;

enum class Waiting : std::uint8_t {
  none,        // also for a command that waits for its match: the channel executes it again
  device_end,  // a command that has given its channel end is issued again by the device
  ended,       // its ending has come and is not presented yet
};

}  // namespace

std::vector<std::byte> FctcDevice::save() const {
  const z::Lock lock{mutex_};
  z::ByteWriter state;
  state.u8(version);
  state.u8(sense_);
  for (const bool flag : {in_program_, attention_due_, owes_device_end_}) state.u8(flag ? 1 : 0);
  const auto waiting = !outstanding_                     ? Waiting::none
                       : outstanding_->ending            ? Waiting::ended
                       : outstanding_->channel_end_given ? Waiting::device_end
                                                         : Waiting::none;
  state.u8(static_cast<std::uint8_t>(waiting));
  if (waiting != Waiting::none) state.u8(outstanding_->code);
  if (waiting == Waiting::ended) {
    const auto& ending = *outstanding_->ending;
    state.u8(outstanding_->channel_end_due ? 1 : 0);
    state.u8(ending.status.bits);
    state.u8(ending.sense);
    state.be32(ending.count);
    state.u8(ending.excess ? 1 : 0);
    state.u8(ending.matched ? 1 : 0);
    state.block(ending.data.bytes());
  }
  state.block(link_->save());
  return std::move(state).bytes();
}

z::Result<> FctcDevice::restore(std::span<const std::byte> bytes) {
  const z::Lock lock{mutex_};
  z::ByteReader state{bytes};
  if (const auto found = Z_TRY(state.u8()); found != version) return z::failure("saved CTC of version {}, this program knows {}", found, version);
  sense_ = Z_TRY(state.u8());
  for (bool* flag : {&in_program_, &attention_due_, &owes_device_end_}) *flag = Z_TRY(state.u8()) != 0;
  const auto waiting = Z_TRY(state.u8());
  outstanding_.reset();
  if (waiting > static_cast<std::uint8_t>(Waiting::ended)) return z::failure("saved CTC waits for {}, which is not known here", waiting);
  if (Waiting{waiting} != Waiting::none) {
    const auto code = Z_TRY(state.u8());
    outstanding_ = {.sequence = ++sequence_, .code = code, .operation = operation_of(code)};
    outstanding_->channel_end_given = Waiting{waiting} == Waiting::device_end;
  }
  if (Waiting{waiting} == Waiting::ended) {
    outstanding_->channel_end_due = Z_TRY(state.u8()) != 0;
    Action ending;
    ending.status = {Z_TRY(state.u8())};
    ending.sense = Z_TRY(state.u8());
    ending.count = Z_TRY(state.be32());
    ending.excess = Z_TRY(state.u8()) != 0;
    ending.matched = Z_TRY(state.u8()) != 0;
    ending.data = Buffer::copy_of(Z_TRY(state.block()));
    outstanding_->ending = std::move(ending);
  }
  return link_->restore(Z_TRY(state.block()));
}

}  // namespace ctc
