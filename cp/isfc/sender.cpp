#include "cp/isfc/sender.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"

namespace cp::isfc {
namespace {

// The part of head and parts that lies in [offset, offset + length).
std::vector<std::span<const std::byte>> slice(const Message& message, std::size_t offset, std::size_t length) {
  std::vector<std::span<const std::byte>> result;
  const auto add = [&](std::span<const std::byte> part) {
    const auto skipped = std::min(offset, part.size());
    offset -= skipped;
    part = part.subspan(skipped);
    part = part.first(std::min(length, part.size()));
    length -= part.size();
    if (!part.empty()) result.push_back(part);
  };
  add(message.head);
  for (const auto part : message.parts) add(part);
  return result;
}

}  // namespace

void Sender::queue(Endpoint endpoint, Message message, Token token) {
  const auto length = message.size();
  Z_ASSERT(length > 0 && length <= max_message);
  waiting_.push_back(std::make_shared<Outgoing>(
      Outgoing{.endpoint = endpoint, .message = std::move(message), .token = token, .number = next_message_++, .length = length}));
}

bool Sender::has_frames() const {
  return !again_.empty() || (!waiting_.empty() && (in_flight_bytes_ < window_ || unacknowledged_.empty()));
}

Sender::Piece Sender::piece(std::uint64_t sequence, const Frame& frame) const {
  const auto& message = *frame.message;
  FrameHeader header{};
  header.length = static_cast<std::uint16_t>(sizeof header);
  header.kind = FrameKind::data;
  header.data_length = static_cast<std::uint32_t>(frame.length);
  header.sequence = sequence;
  header.message = message.number;
  header.message_length = static_cast<std::uint32_t>(message.length);
  header.offset = static_cast<std::uint32_t>(frame.offset);
  header.endpoint = static_cast<std::uint32_t>(message.endpoint);
  return {header, slice(message.message, frame.offset, frame.length), frame.message};
}

Sender::Frame Sender::cut(std::size_t room, z::DeviceNumber device) {
  const auto message = waiting_.front();
  const auto length = std::min(room, message->length - message->cut);
  Frame frame{message, message->cut, length, device};
  message->cut += length;
  if (message->cut == message->length) waiting_.pop_front();
  in_flight_bytes_ += length;
  return frame;
}

std::vector<Sender::Piece> Sender::take(z::DeviceNumber device, std::size_t room) {
  std::vector<Piece> result;
  const auto whole_block = room - sizeof(FrameHeader);
  while (!again_.empty()) {
    const auto sequence = *again_.begin();
    auto& frame = unacknowledged_.at(sequence);
    if (frame.length + sizeof(FrameHeader) > room) return result;
    room -= frame.length + sizeof(FrameHeader);
    frame.device = device;
    again_.erase(again_.begin());
    result.push_back(piece(sequence, frame));
  }
  while (has_frames() && room > sizeof(FrameHeader)) {
    room -= sizeof(FrameHeader);
    const auto left = waiting_.front()->length - waiting_.front()->cut;
    if (left > room && left <= whole_block && !result.empty()) break;  // in one piece it need not be put together
    const auto sequence = next_sequence_++;
    const auto& frame = unacknowledged_.emplace(sequence, cut(room, device)).first->second;
    room -= frame.length;
    result.push_back(piece(sequence, frame));
  }
  return result;
}

std::vector<Sender::Token> Sender::acknowledge(std::uint64_t sequence) {
  std::vector<Token> complete;
  while (!unacknowledged_.empty() && unacknowledged_.begin()->first < sequence) {
    const auto& frame = unacknowledged_.begin()->second;
    in_flight_bytes_ -= frame.length;
    frame.message->acknowledged += frame.length;
    if (frame.message->acknowledged == frame.message->length) complete.push_back(frame.message->token);
    again_.erase(unacknowledged_.begin()->first);
    unacknowledged_.erase(unacknowledged_.begin());
  }
  return complete;
}

void Sender::device_lost(z::DeviceNumber device) {
  for (const auto& [sequence, frame] : unacknowledged_)
    if (frame.device == device) again_.insert(sequence);
}

std::vector<Sender::Token> Sender::clear() {
  std::set<Token> tokens;
  for (const auto& [sequence, frame] : unacknowledged_) tokens.insert(frame.message->token);
  for (const auto& message : waiting_) tokens.insert(message->token);
  *this = Sender{};
  return {tokens.begin(), tokens.end()};
}

z::Result<> Receiver::take(const FrameHeader& header, std::span<const std::byte> data) {
  const std::uint64_t sequence = header.sequence;
  if (sequence < expected_ || early_.contains(sequence)) return {};  // came before on a device that was then lost
  if (header.message < next_message_ || header.message_length > max_message || data.empty() ||
      std::uint64_t{header.offset} + data.size() > header.message_length)
    return z::failure("frame {} of message {} does not fit it", sequence, std::uint64_t{header.message});
  auto& message = messages_[header.message];
  if (message.length == 0) {
    message.endpoint = static_cast<Endpoint>(std::uint32_t{header.endpoint});
    message.length = message.missing = header.message_length;
  }
  if (message.length != header.message_length || data.size() > message.missing)
    return z::failure("frame {} contradicts message {}", sequence, std::uint64_t{header.message});
  if (data.size() == message.length) {
    message.whole = data;
  } else {
    message.bytes.resize(message.length);
    std::memcpy(message.bytes.data() + header.offset, data.data(), data.size());
  }
  message.missing -= data.size();
  early_.insert(sequence);
  while (early_.erase(expected_) != 0) ++expected_;
  return {};
}

std::vector<Receiver::Delivery> Receiver::delivered() {
  std::vector<Delivery> result;
  for (auto first = messages_.begin();
       first != messages_.end() && first->first == next_message_ && first->second.missing == 0;
       first = messages_.erase(first), ++next_message_) {
    auto& message = first->second;
    const auto bytes = message.whole.empty() ? std::span<const std::byte>{message.bytes} : message.whole;
    result.push_back({message.endpoint, bytes, std::move(message.bytes)});
  }
  return result;
}

// Messages that overtook others wait for them here.
void Receiver::keep() {
  for (auto& [number, message] : messages_) {
    if (message.whole.empty()) continue;
    message.bytes.assign(message.whole.begin(), message.whole.end());
    message.whole = {};
  }
}

void Receiver::clear() { *this = Receiver{}; }

}  // namespace cp::isfc
