#include "lgr/checksum.h"

#include <array>
#include <boost/crc.hpp>
#include <cstring>

#include "base/be.h"
#include "base/guest_bytes.h"

namespace lgr {
namespace {

constexpr std::size_t lanes = 4;
constexpr std::size_t words = z::page_size / sizeof(std::uint64_t);

using PortableCrc = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

std::uint32_t portable_crc32c(std::span<const std::byte> bytes) {
  PortableCrc crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

std::array<std::uint32_t, lanes> portable_lanes(const std::byte* page) {
  std::array<PortableCrc, lanes> crcs;
  for (std::size_t word = 0; word < words; ++word) crcs[word % lanes].process_bytes(page + word * 8, 8);
  return {crcs[0].checksum(), crcs[1].checksum(), crcs[2].checksum(), crcs[3].checksum()};
}

using Crc = std::uint32_t (*)(std::span<const std::byte>);
using Lanes = std::array<std::uint32_t, lanes> (*)(const std::byte*);

#if defined(__x86_64__)
// The crc32 instruction of SSE4.2 is CRC-32C.
Z_GUEST_BYTES __attribute__((target("sse4.2"))) std::uint32_t x86_crc32c(std::span<const std::byte> bytes) {
  std::uint64_t crc = 0xFFFFFFFF;
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + at, 8);
    crc = __builtin_ia32_crc32di(crc, word);
  }
  auto tail = static_cast<std::uint32_t>(crc);
  for (; at < bytes.size(); ++at) tail = __builtin_ia32_crc32qi(tail, static_cast<unsigned char>(bytes[at]));
  return ~tail;
}

Z_GUEST_BYTES __attribute__((target("sse4.2"))) std::array<std::uint32_t, lanes> x86_lanes(const std::byte* page) {
  std::uint64_t a = 0xFFFFFFFF, b = a, c = a, d = a;
  for (std::size_t at = 0; at < z::page_size; at += 8 * lanes) {
    std::uint64_t group[lanes];
    std::memcpy(group, page + at, sizeof group);
    a = __builtin_ia32_crc32di(a, group[0]);
    b = __builtin_ia32_crc32di(b, group[1]);
    c = __builtin_ia32_crc32di(c, group[2]);
    d = __builtin_ia32_crc32di(d, group[3]);
  }
  const auto end = [](std::uint64_t crc) { return ~static_cast<std::uint32_t>(crc); };
  return {end(a), end(b), end(c), end(d)};
}

bool has_crc_instruction() { return __builtin_cpu_supports("sse4.2") != 0; }
const Crc crc_of_bytes = has_crc_instruction() ? x86_crc32c : portable_crc32c;
const Lanes lanes_of_page = has_crc_instruction() ? x86_lanes : portable_lanes;
#else
const Crc crc_of_bytes = portable_crc32c;
const Lanes lanes_of_page = portable_lanes;
#endif

// Finalizer of SplitMix64 (Steele, Lea, Flood 2014): spreads frame and checksum over 64 bits, so that exchanged pages
// show in a sum.
constexpr std::uint64_t mix(std::uint64_t frame, std::uint32_t checksum) {
  std::uint64_t v = (frame << 32 | checksum) + 0x9E37'79B9'7F4A'7C15;
  v = (v ^ v >> 30) * 0xBF58'476D'1CE4'E5B9;
  v = (v ^ v >> 27) * 0x94D0'49BB'1331'11EB;
  return v ^ v >> 31;
}

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes) { return crc_of_bytes(bytes); }

std::uint32_t page_checksum(std::span<const std::byte, z::page_size> page) {
  const auto lane = lanes_of_page(page.data());
  std::array<std::byte, 4 * lanes> all;
  for (std::size_t i = 0; i < lanes; ++i) z::be32::store(all.data() + 4 * i, lane[i]);
  return crc32c(all);
}

Z_GUEST_BYTES bool is_zero(std::span<const std::byte, z::page_size> page) {
  // A page that is not zero mostly shows it in its first words; the rest goes by vectors.
  std::uint64_t first;
  std::memcpy(&first, page.data(), sizeof first);
  return first == 0 && z::compare_guest_bytes(page.data(), page.data() + sizeof first, page.size() - sizeof first) == 0;
}

void FrameDigest::set(z::FrameIndex frame, std::uint32_t checksum) {
  std::uint32_t& held = checksums_[frame.value];
  if (held == checksum) return;
  if (held != zero_page) sum_ -= mix(frame.value, held);
  if (checksum != zero_page) sum_ += mix(frame.value, checksum);
  held = checksum;
}

}  // namespace lgr
