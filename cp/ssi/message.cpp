#include "cp/ssi/message.h"

#include "base/bytes.h"

namespace cp::ssi {
namespace {

constexpr std::uint16_t version = 1;

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span{text}); }

std::string text_of(std::span<const std::byte> bytes) {
  std::string result;
  for (const auto b : bytes) result += static_cast<char>(b);
  return result;
}

}  // namespace

std::vector<std::byte> encode(const ClusterMessage& message) {
  z::ByteWriter writer;
  writer.be16(version);
  writer.be16(static_cast<std::uint16_t>(message.kind));
  writer.be64(message.incarnation);
  writer.be64(message.joiner_incarnation);
  writer.be16(static_cast<std::uint16_t>(message.verdict));
  writer.block(bytes_of(message.refusing_service));
  writer.be16(static_cast<std::uint16_t>(message.services.size()));
  for (const auto& service : message.services) {
    writer.block(bytes_of(service.service));
    writer.block(service.bytes);
  }
  return std::move(writer).bytes();
}

z::Result<ClusterMessage> decode_message(std::span<const std::byte> bytes) {
  z::ByteReader reader{bytes};
  if (const auto v = Z_TRY(reader.be16()); v != version) return z::failure("version {}, not {}: SSI message", v, version);
  ClusterMessage message;
  const auto kind = Z_TRY(reader.be16());
  if (kind < 1 || kind > 5) return z::failure("kind {}: SSI message", kind);
  message.kind = static_cast<MessageKind>(kind);
  message.incarnation = Z_TRY(reader.be64());
  message.joiner_incarnation = Z_TRY(reader.be64());
  const auto verdict = Z_TRY(reader.be16());
  if (verdict > 2) return z::failure("verdict {}: SSI message", verdict);
  message.verdict = static_cast<Verdict>(verdict);
  message.refusing_service = text_of(Z_TRY(reader.block()));
  const auto count = Z_TRY(reader.be16());
  for (unsigned i = 0; i < count; ++i) {
    ServiceDescription service{text_of(Z_TRY(reader.block())), {}};
    const auto description = Z_TRY(reader.block());
    service.bytes.assign(description.begin(), description.end());
    message.services.push_back(std::move(service));
  }
  return message;
}

}  // namespace cp::ssi
