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

enum class Standby { no, yes };

std::vector<CpuEntry> cpu_entries(const cpu::Configuration& cpus, Standby standby) {
  std::vector<CpuEntry> entries;
  for (unsigned n = 0; n < cpus.cpu_count(); ++n) {
    if (cpus.is_configured(n) == (standby == Standby::yes)) continue;
    entries.push_back({});
    entries.back().core = static_cast<std::uint8_t>(n);
  }
  return entries;
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

Response Sclp::read_scp_info(std::vector<std::byte>& sccb) const {
  const auto storage = machine_.storage().size();
  const auto increment = increment_mib_of(storage);
  const auto entries = cpu_entries(machine_.cpus(), Standby::no);
  ScpInfo info{};
  info.increments = static_cast<std::uint16_t>(storage / mebibyte / increment);
  info.increment_mib = static_cast<std::uint8_t>(increment <= 0xFF ? increment : 0);
  info.increment_mib_2 = static_cast<std::uint32_t>(increment);
  info.increments_2 = storage / mebibyte / increment;
  info.cpus = static_cast<std::uint16_t>(entries.size());
  info.cpu_offset = sizeof info;
  info.load_parameter = z::EbcdicText<8>::of(load_parameter_);
  info.facilities = ScpInfo::has_cpu_info | ScpInfo::has_cpu_reconfiguration | ScpInfo::has_channel_path_info;
  info.characteristics_85 = ScpInfo::enhanced_suppression_on_protection;
  info.highest_cpu = static_cast<std::uint16_t>(machine_.cpus().cpu_count() - 1);
  return put(sccb, info, entries);
}

// Those on standby follow the configured ones.
Response Sclp::read_cpu_info(std::vector<std::byte>& sccb) const {
  auto entries = cpu_entries(machine_.cpus(), Standby::no);
  const auto standby = cpu_entries(machine_.cpus(), Standby::yes);
  CpuInfo info{};
  info.configured = static_cast<std::uint16_t>(entries.size());
  info.configured_offset = sizeof info;
  info.standby = static_cast<std::uint16_t>(standby.size());
  info.standby_offset = static_cast<std::uint16_t>(sizeof info + entries.size() * sizeof(CpuEntry));
  entries.insert(entries.end(), standby.begin(), standby.end());
  return put(sccb, info, entries);
}

Response Sclp::configure_cpu(unsigned address) {
  auto& cpus = machine_.cpus();
  if (address >= cpus.cpu_count()) return Response::equipment_check;
  if (cpus.is_configured(address)) return Response::already_so;
  cpus.configure(address);
  return Response::normal;
}

// A CPU that runs is not taken away.
Response Sclp::deconfigure_cpu(unsigned address) {
  auto& cpus = machine_.cpus();
  if (address >= cpus.cpu_count()) return Response::equipment_check;
  if (!cpus.is_configured(address)) return Response::already_so;
  if (cpus.cpu(address).state() != cpu::CpuState::stopped) return Response::equipment_check;
  cpus.deconfigure(address);
  return Response::normal;
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
