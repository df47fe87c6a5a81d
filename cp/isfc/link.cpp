#include "cp/isfc/link.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "cp/isfc/write_direction.h"

namespace cp::isfc {
namespace {

template <class T>
std::span<const std::byte> bytes_of(const T& value) { return std::as_bytes(std::span{&value, 1}); }

template <class T>
z::Result<T> take(std::span<const std::byte>& from) {
  if (from.size() < sizeof(T)) return z::failure("block ends within a header");
  T value;
  std::memcpy(&value, from.data(), sizeof value);
  from = from.subspan(sizeof value);
  return value;
}

}  // namespace

Link::Link(Options options) : options_(std::move(options)), session_(options_.first_session) {}

std::vector<LinkAction> Link::actions() { return std::exchange(actions_, {}); }

void Link::device_opened(z::DeviceNumber device, z::Nanoseconds now) {
  now_ = now;
  if (devices_.contains(device)) device_lost(device);
  devices_[device] = Device{};
  pump();
}

void Link::device_lost(z::DeviceNumber number) {
  const auto found = devices_.find(number);
  if (found == devices_.end()) return;
  const bool was_leaving = found->second.state == DeviceState::leaving;
  devices_.erase(found);
  sender_.device_lost(number);
  acknowledged_ = 0;  // the block that told the peer may be lost
  acknowledges_at_once_ = true;
  refresh_writable();
  if (is_up_ && !was_leaving)
    actions_.emplace_back(Report{fmt::format("ISFC link device {:04X} to node {} lost", number.value, peer_)});
  const auto is_up = [](const auto& entry) { return entry.second.state == DeviceState::up; };
  if (is_up_ && std::ranges::none_of(devices_, is_up)) go_down();
  pump();
}

void Link::leave(z::DeviceNumber number, z::Nanoseconds now) {
  now_ = now;
  const auto found = devices_.find(number);
  if (found == devices_.end() || found->second.state != DeviceState::up) return close(number);
  found->second.state = DeviceState::leaving;
  found->second.identified_at = now;
  refresh_writable();
  pump();
}

void Link::close(z::DeviceNumber device) {
  actions_.emplace_back(CloseDevice{device});
  device_lost(device);
}

void Link::go_down() {
  is_up_ = false;
  for (const auto token : sender_.clear()) actions_.emplace_back(Sent{token});
  receiver_.clear();
  acknowledged_ = receiver_.expected();
  acknowledges_at_once_ = false;
  ++session_;
  peer_session_ = 0;
  for (auto& [number, device] : devices_) {
    if (device.state == DeviceState::leaving) continue;
    device.state = DeviceState::opening;
    device.identification_due = true;
  }
  refresh_writable();
  actions_.emplace_back(LinkDown{peer_});
}

void Link::reject(z::DeviceNumber device, std::string reason) {
  actions_.emplace_back(RejectDevice{device, std::move(reason)});
  device_lost(device);
}

void Link::received(z::DeviceNumber number, std::span<const std::byte> block, z::Nanoseconds now) {
  now_ = now;
  const auto found = devices_.find(number);
  if (found == devices_.end()) return;
  found->second.bytes_received += block.size();
  if (!owes_acknowledgement()) acknowledge_by_ = now + options_.acknowledge_within;
  if (const auto taken = take_block(number, found->second, block); !taken) {
    reject(number, taken.error().text());
    return;
  }
  pump();
}

z::Result<> Link::take_block(z::DeviceNumber number, Device& device, std::span<const std::byte> block) {
  const auto size = block.size();
  const auto header = Z_TRY(take<BlockHeader>(block));
  if (header.level != protocol_level) return z::failure("partner speaks ISFC level {}, not {}", +header.level, protocol_level);
  if (header.length > size || header.length < sizeof header) return z::failure("block of {} bytes says {}", size, +header.length);
  block = block.first(header.length - sizeof header);
  bool is_farewell = false;
  for (unsigned i = 0; i < header.frames; ++i) {
    const auto frame = Z_TRY(take<FrameHeader>(block));
    if (frame.length < sizeof frame) return z::failure("frame header of {} bytes", +frame.length);
    const std::size_t padding = frame.length - sizeof frame;
    if (padding > block.size() || frame.data_length > block.size() - padding) return z::failure("frame longer than its block");
    block = block.subspan(padding);
    const auto data = block.first(frame.data_length);
    block = block.subspan(frame.data_length);
    if (frame.kind == FrameKind::farewell) {
      is_farewell = true;
      continue;
    }
    if (frame.kind != FrameKind::data) {
      Z_CHECK(identify(number, header, data));
      continue;
    }
    if (header.sender_session != peer_session_ || header.receiver_session != session_) continue;  // of a former session
    Z_CHECK(receiver_.take(frame, data));
  }
  if (header.sender_session == peer_session_ && header.receiver_session == session_) {
    if (device.state == DeviceState::opening) device_up(number);
    sender_.set_window(header.window);
    for (const auto token : sender_.acknowledge(header.acknowledged)) actions_.emplace_back(Sent{token});
    for (auto& delivery : receiver_.delivered())
      actions_.emplace_back(Deliver{delivery.endpoint, delivery.bytes, std::move(delivery.owned)});
  }
  receiver_.keep();
  unacknowledged_bytes_ = owes_acknowledgement() ? unacknowledged_bytes_ + size : 0;
  const bool more_follows = size > options_.max_block / 2;
  if (owes_acknowledgement() && (!more_follows || unacknowledged_bytes_ >= options_.window / 4)) acknowledges_at_once_ = true;
  if (is_farewell) return z::failure("node {} deactivated it", peer_);
  return {};
}

// IDX or DVX: who is there, and which session of ours and of its own it means.
z::Result<> Link::identify(z::DeviceNumber number, const BlockHeader& header, std::span<const std::byte> data) {
  const auto identification = Z_TRY(take<Identification>(data));
  const auto node = identification.node.text();
  if (identification.level != protocol_level)
    return z::failure("node {} speaks ISFC level {}, not {}", node, +identification.level, protocol_level);
  if (node == options_.own_name) return z::failure("node {} is this system", node);
  if (!options_.peer_name.empty() && node != options_.peer_name)
    return z::failure("node {} answers where {} was expected", node, options_.peer_name);
  if (is_up_ && node != peer_) return z::failure("node {} answers on a link to {}", node, peer_);
  if (header.sender_session < peer_session_) return {};  // an old block, overtaken on another device
  if (identification.answer_wanted != 0) {
    devices_.at(number).identification_due = true;
    sender_.device_lost(number);  // the peer began anew on it, perhaps before it took our last block
  }
  if (header.sender_session == peer_session_) return {};
  if (is_up_) go_down();
  peer_ = node;
  peer_session_ = header.sender_session;
  for (auto& [other_number, other] : devices_) other.identification_due = true;
  return {};
}

void Link::device_up(z::DeviceNumber number) {
  devices_.at(number).state = DeviceState::up;
  refresh_writable();
  actions_.emplace_back(Report{fmt::format("ISFC link device {:04X} to node {} activated", number.value, peer_)});
  if (is_up_) return;
  is_up_ = true;
  actions_.emplace_back(LinkUp{peer_});
}

void Link::refresh_writable() {
  std::vector<z::DeviceNumber> up;
  for (const auto& [number, device] : devices_)
    if (device.state == DeviceState::up) up.push_back(number);
  writable_ = writable_devices(std::move(up), options_.own_name, peer_);
}

void Link::written(z::DeviceNumber number) {
  if (const auto found = devices_.find(number); found != devices_.end()) {
    found->second.is_writing = false;
    if (found->second.farewell_written) close(number);
    else pump();
  }
}

void Link::send(Endpoint endpoint, Message message, Sender::Token token) {
  if (!is_up_) {
    actions_.emplace_back(Sent{token});
    return;
  }
  sender_.queue(endpoint, std::move(message), token);
  pump();
}

// A device whose partner never answered is asked again: its IDX may have met a partner that was not there yet.
void Link::timer(z::Nanoseconds now) {
  now_ = now;
  for (auto& [number, device] : devices_)
    if (device.state == DeviceState::opening && !device.is_writing && now >= device.identified_at + options_.identify_again)
      device.identification_due = true;
  if (is_up_ && owes_acknowledgement() && now >= acknowledge_by_) acknowledges_at_once_ = true;
  std::vector<z::DeviceNumber> overdue;
  for (const auto& [number, device] : devices_)
    if (device.state == DeviceState::leaving && now >= *deadline_of(device)) overdue.push_back(number);
  for (const auto number : overdue) close(number);
  pump();
}

std::optional<z::Nanoseconds> Link::deadline() const {
  std::optional<z::Nanoseconds> earliest;
  if (is_up_ && owes_acknowledgement() && !acknowledges_at_once_) earliest = acknowledge_by_;
  for (const auto& [number, device] : devices_)
    if (const auto due = deadline_of(device)) earliest = earliest ? std::min(*earliest, *due) : *due;
  return earliest;
}

std::optional<z::Nanoseconds> Link::deadline_of(const Device& device) const {
  if (device.state == DeviceState::leaving) return device.identified_at + options_.farewell_limit;
  if (device.state == DeviceState::opening && !device.is_writing) return device.identified_at + options_.identify_again;
  return std::nullopt;
}

std::vector<Link::DeviceView> Link::devices() const {
  std::vector<DeviceView> result;
  for (const auto& [number, device] : devices_)
    result.push_back({number, device.state, device.is_writing, device.bytes_sent, device.bytes_received});
  return result;
}

void Link::pump() {
  for (auto& [number, device] : devices_) {
    if (device.is_writing) continue;
    if (device.state == DeviceState::leaving) write_farewell(number, device);
    else if (device.identification_due) write_identification(number, device);
  }
  for (const auto number : writable_) {
    auto& device = devices_.at(number);
    if (device.is_writing) continue;
    if (!sender_.has_frames() && !acknowledges_at_once_) return;
    write_frames(number, device);
  }
}

BlockHeader Link::header() const {
  BlockHeader header{};
  header.level = protocol_level;
  header.sender_session = session_;
  header.receiver_session = peer_session_;
  header.acknowledged = receiver_.expected();
  header.window = options_.window;
  return header;
}

void Link::write_identification(z::DeviceNumber number, Device& device) {
  device.identification_due = false;
  device.identified_at = now_;
  Identification identification{};
  identification.node = z::EbcdicName::of(options_.own_name);
  identification.level = protocol_level;
  identification.device = number.value;
  identification.answer_wanted = device.state == DeviceState::up ? 0 : 1;
  write_control(number, device, is_up_ ? FrameKind::dvx : FrameKind::idx, bytes_of(identification));
}

// The last block on a device that leaves.
void Link::write_farewell(z::DeviceNumber number, Device& device) {
  device.farewell_written = true;
  write_control(number, device, FrameKind::farewell, {});
}

void Link::write_control(z::DeviceNumber number, Device& device, FrameKind kind, std::span<const std::byte> data) {
  FrameHeader frame{};
  frame.length = static_cast<std::uint16_t>(sizeof frame);
  frame.kind = kind;
  frame.data_length = static_cast<std::uint32_t>(data.size());
  auto block = header();
  block.frames = 1;
  block.length = static_cast<std::uint32_t>(sizeof block + sizeof frame + data.size());
  WriteBlock write{number, {}};
  auto& bytes = write.block.headers;
  for (const auto part : {bytes_of(block), bytes_of(frame), data})
    bytes.insert(bytes.end(), part.begin(), part.end());
  write.block.pieces.emplace_back(bytes);
  write.block.length = bytes.size();
  device.is_writing = true;
  device.bytes_sent += bytes.size();
  actions_.emplace_back(std::move(write));
}

void Link::write_frames(z::DeviceNumber number, Device& device) {
  const auto frames = sender_.take(number, sizeof(BlockHeader), options_.max_block);
  auto block = header();
  block.frames = static_cast<std::uint16_t>(frames.size());
  std::size_t headers_length = sizeof block, length = 0;
  for (const auto& frame : frames) {
    headers_length += frame.header.length;
    length += frame.header.data_length;
  }
  length += headers_length;
  block.length = static_cast<std::uint32_t>(length);
  acknowledged_ = receiver_.expected();
  acknowledges_at_once_ = false;
  unacknowledged_bytes_ = 0;

  WriteBlock write{number, {}};
  auto& headers = write.block.headers;
  headers.reserve(headers_length);  // pieces point into it
  const auto add_header = [&](std::span<const std::byte> bytes, std::size_t padded) {
    const auto start = headers.size();
    headers.insert(headers.end(), bytes.begin(), bytes.end());
    headers.resize(start + padded);
    write.block.pieces.emplace_back(std::span{headers}.subspan(start));
  };
  add_header(bytes_of(block), sizeof block);
  for (const auto& frame : frames) {
    add_header(bytes_of(frame.header), frame.header.length);
    write.block.pieces.insert(write.block.pieces.end(), frame.data.begin(), frame.data.end());
    write.block.kept.push_back(frame.owner);
  }
  write.block.length = length;
  device.is_writing = true;
  device.bytes_sent += length;
  actions_.emplace_back(std::move(write));
}

}  // namespace cp::isfc
