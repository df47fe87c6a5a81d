#include "gdb/packet.h"

#include <fmt/format.h>

#include <utility>

#include "gdb/hex.h"

namespace gdb {
namespace {

constexpr char interrupt = 3, escape = '}', escaped_by = 0x20;

std::uint8_t checksum(std::string_view data) {
  std::uint8_t sum = 0;
  for (const unsigned char byte : data) sum = static_cast<std::uint8_t>(sum + byte);
  return sum;
}

std::string unescaped(std::string_view data) {
  std::string result;
  for (std::size_t at = 0; at < data.size(); ++at) {
    if (data[at] == escape && at + 1 < data.size()) result += static_cast<char>(data[++at] ^ escaped_by);
    else result += data[at];
  }
  return result;
}

}  // namespace

std::optional<Received> PacketReader::next() {
  while (!incoming_.empty()) {
    const char first = incoming_.front();
    if (first == '$') return read_packet();
    incoming_.erase(0, 1);
    if (first == interrupt) return Received{Received::Kind::interrupt, {}};
    if (first == '-') return Received{Received::Kind::resend, {}};
  }
  return std::nullopt;
}

std::optional<Received> PacketReader::read_packet() {
  constexpr std::size_t checksum_digits = 2;
  const std::size_t end = incoming_.find('#');
  if (end == std::string::npos) {
    if (incoming_.size() > limit) {
      overflowed_ = true;
      incoming_.resize(1);
    }
    return std::nullopt;
  }
  if (incoming_.size() < end + 1 + checksum_digits) return std::nullopt;
  const std::string data = incoming_.substr(1, end - 1);
  const auto sum = parse_number(std::string_view{incoming_}.substr(end + 1, checksum_digits));
  incoming_.erase(0, end + 1 + checksum_digits);
  if (std::exchange(overflowed_, false) || data.size() > limit) return Received{Received::Kind::too_long, {}};
  if (sum != checksum(data)) return Received{Received::Kind::damaged, {}};
  return Received{Received::Kind::packet, unescaped(data)};
}

std::string framed(std::string_view data) {
  std::string text = "$";
  for (const char c : data) {
    if (c == '#' || c == '$' || c == escape || c == '*') {
      text += escape;
      text += static_cast<char>(c ^ escaped_by);
    } else {
      text += c;
    }
  }
  const auto sum = checksum(std::string_view{text}.substr(1));
  return text + fmt::format("#{:02x}", sum);
}

}  // namespace gdb
