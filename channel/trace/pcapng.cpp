// pcapng (draft-ietf-opsawg-pcapng) with link type 224 (Fibre Channel FC-2 frames) and the information units of FC-SB-3.
#include <fmt/format.h>

#include <array>
#include <cstring>

#include "base/be.h"
#include "channel/trace.h"
#include "channel/trace/forms.h"

namespace channel {
namespace {

// Blocks of a capture file, in this host's byte order, as the format allows.
constexpr std::uint32_t section_header = 0x0A0D'0D0A, interface_description = 1, enhanced_packet = 6;
constexpr std::uint16_t link_type_fc_2 = 224;
constexpr std::uint16_t option_comment = 1, option_interface_name = 2, option_time_resolution = 9;

template <class T>
void put(std::string& to, const T& value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void pad(std::string& to) { to.append((4 - to.size() % 4) % 4, '\0'); }

void put_option(std::string& to, std::uint16_t code, std::string_view value) {
  put(to, code);
  put(to, static_cast<std::uint16_t>(value.size()));
  to += value;
  pad(to);
}

std::string block(std::uint32_t type, const std::string& body) {
  std::string result;
  const auto length = static_cast<std::uint32_t>(body.size() + 12);
  put(result, type);
  put(result, length);
  result += body;
  put(result, length);
  return result;
}

std::string packet(std::uint32_t interface, z::Nanoseconds time, std::string_view frame, std::size_t original,
                   std::string_view comment) {
  const auto ns = static_cast<std::uint64_t>(time.count());
  std::string body;
  put(body, interface);
  put(body, static_cast<std::uint32_t>(ns >> 32));
  put(body, static_cast<std::uint32_t>(ns));
  put(body, static_cast<std::uint32_t>(frame.size()));
  put(body, static_cast<std::uint32_t>(original));
  body += frame;
  pad(body);
  if (!comment.empty()) {
    put_option(body, option_comment, comment.substr(0, 0xFF00));
    put(body, std::uint32_t{0});  // end of options
  }
  return block(enhanced_packet, body);
}

// FC-FS, "Frame header".
struct FcHeader {
  std::uint8_t routing_control;
  std::uint8_t destination[3];
  std::uint8_t class_control;
  std::uint8_t source[3];
  std::uint8_t type;
  std::uint8_t frame_control[3];
  std::uint8_t sequence_id;
  std::uint8_t data_field_control;
  z::be16 sequence_count;
  z::be16 originator_exchange;
  z::be16 responder_exchange;
  z::be32 parameter;
};
static_assert(sizeof(FcHeader) == 24);
constexpr std::uint8_t type_to_control_unit = 0x1B, type_to_channel = 0x1C;

// FC-SB-3, "SB-3 header", "IU header" and "Device information block". LRCs stay zero: nothing travels here.
struct IuHeader {
  std::uint8_t reserved_0;
  std::uint8_t channel_image;
  std::uint8_t reserved_2;
  std::uint8_t control_unit_image;
  z::be16 device_address;  // of 8 bits on a channel; here the whole device number
  std::uint8_t reserved_6[2];
  std::uint8_t identifier;
  std::uint8_t flags;
  z::be16 ccw_number;
  std::uint8_t reserved_12;
  std::uint8_t token[3];
};
static_assert(sizeof(IuHeader) == 16);
enum class Iu : std::uint8_t { data = 0, command = 1, status = 2, control = 3, command_and_data = 4 };
constexpr std::uint8_t whole_sequence = 0x29;  // of F_CTL: first and last frame of it, and the initiative goes over
constexpr std::uint8_t flag_end = 0x80, flag_chaining = 0x10;
constexpr std::uint8_t control_cancel = 0x30, control_selective_reset = 0x50;
constexpr std::uint8_t residual_is_valid = 0x01;

struct CommandBlock {
  std::uint8_t command;
  std::uint8_t flags;
  z::be16 count;
  std::uint8_t reserved[5];
  std::uint8_t unit_count;
  z::be16 data_count;
  z::be32 lrc;
};
struct StatusBlock {
  std::uint8_t flags;
  std::uint8_t status;
  z::be16 residual;
  std::uint8_t reserved[5];
  std::uint8_t unit_count;
  z::be16 data_count;  // of supplemental status: sense data
  z::be32 lrc;
};
struct ControlBlock {
  std::uint8_t function;
  std::uint8_t parameters[3];
  std::uint8_t reserved[5];
  std::uint8_t unit_count;
  z::be16 data_count;
  z::be32 lrc;
};
struct DataBlock {
  std::uint8_t reserved[9];
  std::uint8_t unit_count;
  z::be16 data_count;
  z::be32 lrc;
};
static_assert(sizeof(CommandBlock) == 16 && sizeof(StatusBlock) == 16 && sizeof(ControlBlock) == 16 && sizeof(DataBlock) == 16);

enum class Towards : std::uint8_t { control_unit, channel };

struct Frame {
  Towards towards;
  Iu kind;
  std::uint8_t flags = 0;
  std::string_view block;             // device information block
  std::span<const std::byte> data{};  // behind it
  std::size_t data_length = 0;        // as it was, if more than `data`
};

// Port addresses: channels are in domain 1, control units in domain 2.
void set_ports(FcHeader& header, Towards towards, const TraceEvent& event) {
  const std::array<std::uint8_t, 3> channel{0x01, event.path, 0x00};
  const std::array<std::uint8_t, 3> unit{0x02, static_cast<std::uint8_t>(event.number.value >> 8), 0x00};
  const bool down = towards == Towards::control_unit;
  std::ranges::copy(down ? unit : channel, header.destination);
  std::ranges::copy(down ? channel : unit, header.source);
  header.type = down ? type_to_control_unit : type_to_channel;
}

std::uint8_t routing_of(Iu kind) {
  switch (kind) {
    case Iu::data: return 0x01;     // solicited data
    case Iu::status: return 0x07;   // command status
    case Iu::control: return 0x02;  // unsolicited control
    default: return 0x06;           // unsolicited command
  }
}

template <class Block>
std::string_view bytes_of(const Block& block) {
  return {reinterpret_cast<const char*>(&block), sizeof block};
}

bool moves_to_channel(std::uint8_t command) {
  return (command & 0x03) == 0x02 || (command & 0x0F) == 0x04 || (command & 0x0F) == 0x0C;
}

// The line that people read, without its time, which the frame has.
std::string comment_of(const TraceEvent& event) {
  const auto text = event_text(event);
  return text.substr(std::min(text.find(' ') + 1, text.size()));
}

}  // namespace

std::string PcapngEncoder::file_header() {
  std::string body;
  put(body, std::uint32_t{0x1A2B'3C4D});
  put(body, std::uint16_t{1});
  put(body, std::uint16_t{0});
  put(body, ~std::uint64_t{0});  // length of the section: not known
  return block(section_header, body);
}

std::string PcapngEncoder::interface(std::string_view machine) {
  std::string body;
  put(body, link_type_fc_2);
  put(body, std::uint16_t{0});
  put(body, std::uint32_t{0});  // no limit to the length of a frame
  if (!machine.empty()) put_option(body, option_interface_name, machine);
  put_option(body, option_time_resolution, "\x09");  // nanoseconds
  put(body, std::uint32_t{0});
  return block(interface_description, body);
}

std::string PcapngEncoder::comment_only(std::string_view comment, z::Nanoseconds time_utc) {
  return packet(0, time_utc, {}, 0, comment);
}

// The frames of one event.
class PcapngEncoder::Frames {
 public:
  Frames(Exchange& exchange, z::Nanoseconds epoch) : exchange_(exchange), epoch_(epoch) {}

  std::string of(const TraceEvent& event) {
    if (event.kind != TraceEvent::Kind::sense) send_unsent_status();
    if (event.program != exchange_.program) exchange_.ccw = 0;
    exchange_.program = event.program;
    switch (event.kind) {
      case TraceEvent::Kind::started: break;
      case TraceEvent::Kind::function: function(event); break;
      case TraceEvent::Kind::command: command(event); break;
      case TraceEvent::Kind::sense: sense(event); break;
      case TraceEvent::Kind::status: status(event); break;
    }
    return std::move(packets_);
  }

 private:
  void send(const TraceEvent& of, const Frame& frame, std::string_view comment) {
    FcHeader header{};
    header.routing_control = routing_of(frame.kind);
    set_ports(header, frame.towards, of);
    const std::uint8_t from_responder = frame.towards == Towards::channel ? 0x80 : 0;
    header.frame_control[0] = static_cast<std::uint8_t>(from_responder | whole_sequence);
    header.sequence_id = static_cast<std::uint8_t>(exchange_.frames++);
    header.originator_exchange = header.responder_exchange = static_cast<std::uint16_t>(of.program);
    IuHeader iu{};
    iu.channel_image = of.path;
    iu.control_unit_image = static_cast<std::uint8_t>(of.number.value >> 8);
    iu.device_address = of.number.value;
    iu.identifier = static_cast<std::uint8_t>(frame.kind);
    iu.flags = frame.flags;
    iu.ccw_number = exchange_.ccw;
    iu.token[1] = static_cast<std::uint8_t>(of.program >> 8);
    iu.token[2] = static_cast<std::uint8_t>(of.program);
    std::string bytes{bytes_of(header)};
    bytes += bytes_of(iu);
    bytes += frame.block;
    bytes.append(reinterpret_cast<const char*>(frame.data.data()), frame.data.size());
    const auto missing = frame.data_length > frame.data.size() ? frame.data_length - frame.data.size() : 0;
    packets_ += packet(of.source, of.time + epoch_, bytes, bytes.size() + missing, comment);
  }

  void send_status(const TraceEvent& of, std::span<const std::byte> sense, std::string_view comment) {
    StatusBlock block{};
    block.flags = residual_is_valid;
    block.status = of.device_status;
    block.residual = of.residual;
    block.data_count = static_cast<std::uint16_t>(sense.size());
    send(of, {.towards = Towards::channel, .kind = Iu::status, .flags = flag_end, .block = bytes_of(block), .data = sense}, comment);
  }

  void send_unsent_status() {
    if (std::exchange(exchange_.has_unsent_status, false)) send_status(exchange_.unsent, {}, "");
  }

  // RESUME and CANCEL stay in the channel.
  void function(const TraceEvent& event) {
    ControlBlock block{};
    if (event.name_text() == "HALT") block.function = control_cancel;
    else if (event.name_text() == "CLEAR") block.function = control_selective_reset;
    else return;
    send(event, {.towards = Towards::control_unit, .kind = Iu::control, .flags = flag_end, .block = bytes_of(block)}, comment_of(event));
  }

  void command(const TraceEvent& event) {
    const auto bytes = event.bytes();
    const bool is_input = moves_to_channel(event.command), has_output = !is_input && !bytes.empty();
    const std::size_t counted = event.count >= event.residual && !bytes.empty() ? event.count - event.residual : 0;
    const auto moved = std::max(bytes.size(), counted);  // more than was kept
    ++exchange_.ccw;
    CommandBlock block{};
    block.command = event.command;
    block.flags = event.flags;
    block.count = event.count;
    block.data_count = static_cast<std::uint16_t>(is_input ? 0 : moved);
    const std::uint8_t chaining = (event.flags & ccw_flag::chain_command) != 0 ? flag_chaining : 0;
    send(event,
         {.towards = Towards::control_unit, .kind = has_output ? Iu::command_and_data : Iu::command, .flags = chaining,
          .block = bytes_of(block), .data = has_output ? bytes : std::span<const std::byte>{}, .data_length = has_output ? moved : 0},
         comment_of(event));
    if (event.ending == Ending::Kind::waiting) return;
    if (is_input && !bytes.empty()) {
      DataBlock data{};
      data.data_count = static_cast<std::uint16_t>(moved);
      send(event, {.towards = Towards::channel, .kind = Iu::data, .flags = flag_end, .block = bytes_of(data), .data = bytes, .data_length = moved}, "");
    }
    exchange_.unsent = event;
    exchange_.has_unsent_status = true;
    if ((event.device_status & unit_check.bits) == 0) send_unsent_status();
  }

  void sense(const TraceEvent& event) {
    auto status = std::exchange(exchange_.has_unsent_status, false) ? exchange_.unsent : event;
    status.device_status |= unit_check.bits;
    send_status(status, event.bytes(), comment_of(event));
  }

  // Status that no command brought: attention.
  void status(const TraceEvent& event) {
    if ((event.word & Scsw::alert) != 0 && (event.word & Scsw::primary) == 0 && event.device_status != 0)
      send_status(event, {}, comment_of(event));
  }

  Exchange& exchange_;
  const z::Nanoseconds epoch_;
  std::string packets_;
};

std::string PcapngEncoder::frames(const TraceEvent& event, z::Nanoseconds epoch) {
  return Frames{exchanges_[std::uint32_t{event.source} << 16 | event.number.value], epoch}.of(event);
}

}  // namespace channel
