#include "lgr/wire.h"

#include "base/assert.h"
#include "lgr/checksum.h"

namespace lgr::wire {
namespace {

std::uint32_t checksum_of(std::span<const std::byte> checked) {
  std::vector<std::byte> copy(checked.begin(), checked.end());
  z::be32::store(copy.data() + offsetof(Header, checksum), 0);
  return crc32c(copy);
}

constexpr std::size_t max_lines = 100;

}  // namespace

std::vector<std::byte> encode(Type type, const Sender& sender, std::span<const std::byte> body,
                              std::span<const std::byte> tail, std::size_t parts_length) {
  const std::size_t head_length = sizeof(Header) + body.size() + tail.size();
  Z_ASSERT(head_length + parts_length <= max_message);
  Header header{};
  header.magic = magic;
  header.version = version;
  header.type = static_cast<std::uint16_t>(type);
  header.relocation = sender.relocation;
  header.length = static_cast<std::uint32_t>(head_length + parts_length);
  header.checked = static_cast<std::uint32_t>(head_length);
  header.stage = static_cast<std::uint8_t>(sender.stage);
  header.pass = static_cast<std::uint8_t>(sender.pass);

  std::vector<std::byte> message;
  message.reserve(head_length);
  const auto append = [&message](std::span<const std::byte> bytes) {
    message.insert(message.end(), bytes.begin(), bytes.end());
  };
  append(bytes_of(header));
  append(body);
  append(tail);
  z::be32::store(message.data() + offsetof(Header, checksum), crc32c(message));
  return message;
}

z::Result<Message> decode(std::span<const std::byte> bytes) {
  const auto [header, body] = Z_TRY(split<Header>(bytes));
  if (header.magic != magic)
    return z::failure("not a relocation message: first word {:08X}", std::uint32_t{header.magic});
  if (header.version != version)
    return z::failure("relocation message of version {}, this member knows {}", std::uint16_t{header.version}, version);
  if (header.length != bytes.size() || bytes.size() > max_message)
    return z::failure("relocation message of {} bytes says it has {}", bytes.size(), std::uint32_t{header.length});
  if (header.checked < sizeof(Header) || header.checked > bytes.size())
    return z::failure("relocation message checksummed over {} of {} bytes", std::uint32_t{header.checked},
                      bytes.size());
  if (checksum_of(bytes.first(header.checked)) != header.checksum) return z::failure("relocation message is damaged");
  if (header.type == 0 || header.type > last_type)
    return z::failure("relocation message of unknown type {}", std::uint16_t{header.type});
  if (header.stage > static_cast<std::uint8_t>(Stage::ended))
    return z::failure("relocation message of unknown stage {}", header.stage);
  const auto type = static_cast<Type>(std::uint16_t{header.type});
  if (type != Type::burst && header.checked != bytes.size())
    return z::failure("relocation message has {} unexpected bytes", bytes.size() - header.checked);
  return Message{type, {header.relocation, static_cast<Stage>(header.stage), header.pass}, body};
}

std::vector<std::byte> encode_ending(Type type, const Sender& sender, EndCode code,
                                     const std::vector<std::string>& lines) {
  Ending ending{};
  ending.code = static_cast<std::uint8_t>(code);
  std::string text;
  for (std::size_t i = 0; i < lines.size() && i < max_lines; ++i) text += lines[i].substr(0, 240) + '\n';
  return encode(type, sender, bytes_of(ending), std::as_bytes(std::span{text}));
}

z::Result<DecodedEnding> decode_ending(std::span<const std::byte> body) {
  const auto [ending, tail] = Z_TRY(split<Ending>(body));
  if (!is_end_code(ending.code)) return z::failure("relocation ended with unknown code {}", ending.code);
  DecodedEnding result{static_cast<EndCode>(ending.code), {}};
  std::string line;
  for (const std::byte byte : tail) {
    if (byte == std::byte{'\n'})
      result.lines.push_back(std::exchange(line, {}));
    else
      line += static_cast<char>(byte);
  }
  return result;
}

}  // namespace lgr::wire
