#include "channel/subsystem_call.h"

#include <algorithm>
#include <cstring>

#include "channel/blocks.h"
#include "channel/subsystem.h"

// The requests of CHANNEL SUBSYSTEM CALL that describe subchannels and channel paths. All others are answered as not
// available here, which is how a machine without the facility in question answers.
namespace channel {
namespace {

struct CallHeader {
  z::be16 length, code;
};

enum class Request : std::uint16_t {
  channel_path_description = 0x0002, subchannel_description = 0x0004, event_information = 0x000E,
  characteristics = 0x0010, set_domain_attributes = 0x0031,
};
enum class Outcome : std::uint16_t {
  done = 0x0001, invalid_request = 0x0003, unavailable = 0x0004, no_information = 0x0005, invalid_format = 0x0007,
  attribute_unsupported = 0x0101,
};

struct Reply {
  Outcome outcome;
  std::vector<std::byte> content;  // behind the response's header
};

struct SubchannelRequest {
  CallHeader header;
  z::be16 set, first, reserved, last;
  z::be32 reserved_c;

  static constexpr unsigned set_shift = 4, set_bits = 3;  // of `set`
};
static_assert(sizeof(SubchannelRequest) == 16);

struct AttributeRequest {
  CallHeader header;
  z::be16 format, operation;
  z::be32 reserved_8, reserved_c;
};
static_assert(sizeof(AttributeRequest) == 16);

struct SubchannelDescription {
  std::uint8_t flags, unit_address;
  z::be16 device_number;
  std::uint8_t path_mask, link_address_mask;
  z::be16 subchannel;
  std::array<std::uint8_t, 8> chpid;
  std::array<z::be16, 8> link_address;

  static constexpr std::uint8_t subchannel_valid = 0x80, device_valid = 0x40;
};
static_assert(sizeof(SubchannelDescription) == 32);

struct ChannelPathRequest {
  CallHeader header;
  std::uint8_t flags_format, image, response_format, first;
  std::array<std::uint8_t, 3> reserved;
  std::uint8_t last;
  z::be32 reserved_c;
};
static_assert(sizeof(ChannelPathRequest) == 16);

struct ChannelPathDescription {
  std::uint8_t flags, link_system, type, chpid;
  z::be32 reserved;

  static constexpr std::uint8_t valid = 0x80, ficon = 0x1B;
};
static_assert(sizeof(ChannelPathDescription) == 8);

// Response format 1: what the path can do. Data of a transport-mode program may be as long as `largest_data` times 64 KiB.
struct ChannelPathDescription1 {
  ChannelPathDescription base;
  std::array<z::be32, 2> reserved_8;
  z::be16 channel_identifier, reserved_18, largest_data, flags;
  std::array<z::be32, 2> reserved_24;

  static constexpr std::uint16_t largest_data_valid = 0x0004, transport_mode = 0x0001;
};
static_assert(sizeof(ChannelPathDescription1) == 32);

// Four bytes of zeros stand in front of every content.
constexpr std::size_t content_prefix = 4;

template <class Block>
Block load(std::span<const std::byte> from) {
  Block block;
  std::memcpy(&block, from.data(), sizeof block);
  return block;
}

template <class Block>
void append(std::vector<std::byte>& to, const Block& block) {
  const auto bytes = std::as_bytes(std::span{&block, 1});
  to.insert(to.end(), bytes.begin(), bytes.end());
}

Reply describe_subchannels(const Subsystem& subsystem, std::span<const std::byte, 4096> block) {
  const auto request = load<SubchannelRequest>(block);
  constexpr unsigned most = (4096 - sizeof(SubchannelRequest) - sizeof(CallHeader) - content_prefix) / sizeof(SubchannelDescription);
  const SubchannelId first{.set = static_cast<std::uint8_t>(request.set >> SubchannelRequest::set_shift & SubchannelRequest::set_bits),
                           .number = z::SubchannelNumber{request.first}};
  if (request.first > request.last) return {Outcome::invalid_request, {}};
  Reply reply{Outcome::done, std::vector<std::byte>(content_prefix)};
  for (unsigned n = request.first; n <= request.last && n - request.first < most; ++n) {
    SubchannelDescription description{};
    Schib schib{};
    description.subchannel = static_cast<std::uint16_t>(n);
    if (subsystem.store(first.word() - first.number.value + n, schib) == Answer::cc0) {
      description.flags = SubchannelDescription::subchannel_valid;
      if (schib.pmcw.has(Pmcw::device_number_valid)) description.flags |= SubchannelDescription::device_valid;
      description.unit_address = static_cast<std::uint8_t>(schib.pmcw.device_number);
      description.device_number = schib.pmcw.device_number;
      description.path_mask = schib.pmcw.path_installed_mask;
      description.chpid = schib.pmcw.chpid;
    }
    append(reply.content, description);
  }
  return reply;
}

ChannelPathDescription describe(std::span<const z::Chpid> paths, unsigned chpid) {
  ChannelPathDescription description{};
  description.chpid = static_cast<std::uint8_t>(chpid);
  if (std::ranges::any_of(paths, [chpid](z::Chpid path) { return path.value == chpid; })) {
    description.flags = ChannelPathDescription::valid;
    description.type = ChannelPathDescription::ficon;
  }
  return description;
}

ChannelPathDescription1 describe_further(const ChannelPathDescription& base) {
  constexpr std::uint16_t units_of_64k = 64;
  ChannelPathDescription1 description{};
  description.base = base;
  description.channel_identifier = base.chpid;
  description.largest_data = units_of_64k;
  description.flags = ChannelPathDescription1::transport_mode | ChannelPathDescription1::largest_data_valid;
  return description;
}

Reply describe_channel_paths(const Subsystem& subsystem, std::span<const std::byte, 4096> block) {
  const auto request = load<ChannelPathRequest>(block);
  constexpr std::uint8_t format_bits = 0x0F;
  const unsigned format = request.response_format & format_bits;
  if (request.first > request.last) return {Outcome::invalid_request, {}};
  if (format > 1) return {Outcome::invalid_format, {}};
  const auto paths = subsystem.channel_paths();
  Reply reply{Outcome::done, std::vector<std::byte>(content_prefix)};
  for (unsigned n = request.first; n <= request.last; ++n) {
    const auto description = describe(paths, n);
    if (format == 0) append(reply.content, description);
    else append(reply.content, describe_further(description));
  }
  return reply;
}

// Bits of the optional facilities that there are, from the left.
Reply characteristics() {
  constexpr std::size_t fiber_channel_descriptions = 46, extended_measurement_blocks = 48, transport_mode = 88;
  std::vector<std::byte> content(4096 - 0x10 - sizeof(CallHeader));
  for (const auto bit : {fiber_channel_descriptions, extended_measurement_blocks, transport_mode})
    content[content_prefix + bit / 8] |= std::byte{0x80} >> (bit % 8);
  return {Outcome::done, std::move(content)};
}

// Subchannel sets are all there is to turn on.
Reply set_attributes(Subsystem& subsystem, std::span<const std::byte, 4096> block) {
  constexpr std::uint16_t subchannel_sets_on = 0x0002;
  if (load<AttributeRequest>(block).operation != subchannel_sets_on) return {Outcome::attribute_unsupported, {}};
  subsystem.enable_subchannel_sets();
  return {Outcome::done, {}};
}

Reply answer(Subsystem& subsystem, std::span<const std::byte, 4096> block) {
  switch (Request{std::uint16_t{load<CallHeader>(block).code}}) {
    case Request::characteristics: return characteristics();
    case Request::subchannel_description: return describe_subchannels(subsystem, block);
    case Request::channel_path_description: return describe_channel_paths(subsystem, block);
    case Request::event_information: return {Outcome::no_information, {}};
    case Request::set_domain_attributes: return set_attributes(subsystem, block);
    default: return {Outcome::unavailable, {}};
  }
}

}  // namespace

bool call(Subsystem& subsystem, std::span<std::byte, 4096> block) {
  const std::size_t request = load<CallHeader>(block).length;
  if (request < sizeof(CallHeader) || request % 8 != 0 || request + sizeof(CallHeader) + content_prefix > block.size()) return false;
  auto reply = answer(subsystem, block);
  const auto room = block.subspan(request);
  reply.content.resize(std::clamp(reply.content.size(), content_prefix, room.size() - sizeof(CallHeader)));
  const CallHeader header{static_cast<std::uint16_t>(sizeof header + reply.content.size()), static_cast<std::uint16_t>(reply.outcome)};
  std::memcpy(room.data(), &header, sizeof header);
  std::ranges::copy(reply.content, room.begin() + sizeof header);
  return true;
}

}  // namespace channel
