// What the service-call logical processor says of the machine: storage, CPUs and channel paths.
#include <algorithm>

#include "cpu/configuration.h"
#include "lpar/machine.h"
#include "lpar/sclp.h"

namespace lpar {
namespace {

using namespace sclp;

constexpr std::uint64_t mebibyte = 1 << 20;

// Increments of a power of two of MiB, the smallest whose number fits its halfword.
std::uint64_t increment_mib_of(std::uint64_t storage) {
  std::uint64_t increment = 1;
  while (storage / mebibyte / increment > 0xFFFF) increment *= 2;
  return increment;
}

template <class Head>
Response put(std::vector<std::byte>& sccb, const Head& head, std::span<const CpuEntry> entries) {
  const auto tail = std::as_bytes(entries);
  if (sccb.size() < sizeof head + tail.size()) return Response::insufficient_length;
  std::memcpy(sccb.data(), &head, sizeof head);
  std::ranges::copy(tail, sccb.begin() + sizeof head);
  return Response::normal_read;
}

}  // namespace

std::vector<CpuEntry> Sclp::cpu_entries() const {
  std::vector<CpuEntry> entries;
  for (unsigned n = 0; n < machine_.cpus().cpu_count(); ++n) {
    entries.push_back({});
    entries.back().core = static_cast<std::uint8_t>(n);
  }
  return entries;
}

Response Sclp::read_scp_info(std::vector<std::byte>& sccb) const {
  const auto storage = machine_.storage().size();
  const auto increment = increment_mib_of(storage);
  const auto entries = cpu_entries();
  ScpInfo info{};
  info.increments = static_cast<std::uint16_t>(storage / mebibyte / increment);
  info.increment_mib = static_cast<std::uint8_t>(increment <= 0xFF ? increment : 0);
  info.increment_mib_2 = static_cast<std::uint32_t>(increment);
  info.increments_2 = storage / mebibyte / increment;
  info.cpus = static_cast<std::uint16_t>(entries.size());
  info.cpu_offset = sizeof info;
  info.load_parameter = z::EbcdicText<8>::of(options_.load_parameter);
  info.facilities = ScpInfo::has_cpu_info | ScpInfo::has_channel_path_info;
  info.characteristics_85 = ScpInfo::enhanced_suppression_on_protection;
  info.highest_cpu = static_cast<std::uint16_t>(entries.size() - 1);
  return put(sccb, info, entries);
}

Response Sclp::read_cpu_info(std::vector<std::byte>& sccb) const {
  const auto entries = cpu_entries();
  CpuInfo info{};
  info.configured = static_cast<std::uint16_t>(entries.size());
  info.configured_offset = sizeof info;
  info.standby_offset = static_cast<std::uint16_t>(sizeof info + entries.size() * sizeof(CpuEntry));
  return put(sccb, info, entries);
}

Response Sclp::read_channel_path_info(std::vector<std::byte>& sccb) const {
  ChannelPathInfo info{};
  for (const auto path : machine_.subsystem().channel_paths()) {
    info.recognized[path.value / 8] |= static_cast<std::uint8_t>(0x80 >> path.value % 8);
    info.configured[path.value / 8] |= static_cast<std::uint8_t>(0x80 >> path.value % 8);
  }
  return put(sccb, info, {});
}

}  // namespace lpar
