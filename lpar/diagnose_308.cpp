#include "lpar/diagnose_308.h"

#include <algorithm>
#include <cstring>

#include "base/be.h"
#include "base/ebcdic.h"
#include "cpu/configuration.h"
#include "cpu/cpu.h"
#include "lpar/machine.h"

namespace lpar {
namespace {

// IPL parameter block for a channel-attached device.
struct IplParameters {
  z::be32 length;
  std::array<std::uint8_t, 3> reserved_4;
  std::uint8_t version;
  z::be32 block_length;
  std::uint8_t block_type;
  std::array<std::uint8_t, 3> reserved_13;
  z::EbcdicText<8> load_parameter;
  std::array<std::uint8_t, 84> reserved_24;
  z::be16 subchannel_set;
  z::be16 device;
  std::uint8_t virtual_machine_flags;  // of what only z/VM passes
  std::array<std::uint8_t, 3> reserved_113;
  z::be32 parameter_length;
  z::EbcdicText<8> saved_system;
  z::EbcdicText<64> parameter;
  std::array<std::uint8_t, 8> reserved_192;

  static constexpr std::uint8_t has_parameter = 0x40;

  static constexpr std::uint8_t latest_version = 1, channel_attached = 2;
};
static_assert(sizeof(IplParameters) == 200 && offsetof(IplParameters, device) == 110 && offsetof(IplParameters, parameter) == 128);

enum Subcode : std::uint64_t {
  reset_clear = 0, reset_normal = 1, load_clear = 3, load_normal = 4, set_parameters = 5, store_parameters = 6,
};

}  // namespace

cpu::Step Diagnose308::perform(cpu::Cpu& cpu, const cpu::Op& op) {
  const auto subcode = cpu.gr(op.r3);
  switch (subcode) {
    case reset_clear:
    case reset_normal: return leave(cpu, Act::reset);
    case load_clear: return leave(cpu, Act::load_clear);
    case load_normal: return leave(cpu, Act::load_normal);
    case set_parameters:
    case store_parameters: break;
    default: return cpu.program_interruption(cpu::Pic::specification);
  }
  const auto address = cpu.wrap(cpu.gr(op.r1));
  if (op.r1 % 2 != 0 || address % z::page_size != 0) return cpu.program_interruption(cpu::Pic::specification);
  const auto block = cpu.absolute({address});
  if (!machine_.storage().contains(block, z::page_size)) return cpu.program_interruption(cpu::Pic::addressing);
  cpu.gr(op.r1 + 1U) = static_cast<std::uint64_t>(subcode == set_parameters ? set(block) : store(block));
  return cpu::Step::next;
}

Diagnose308::ReturnCode Diagnose308::set(z::AbsoluteAddress block) {
  IplParameters parameters;
  machine_.storage().fetch(block, std::as_writable_bytes(std::span{&parameters, 1}), 0);
  if (parameters.length < offsetof(IplParameters, virtual_machine_flags) || parameters.length > z::page_size ||
      parameters.version > IplParameters::latest_version || parameters.block_type != IplParameters::channel_attached)
    return ReturnCode::invalid_block;
  std::vector<std::byte> bytes(parameters.length);
  machine_.storage().fetch(block, bytes, 0);
  const z::Lock lock{lock_};
  block_ = std::move(bytes);
  return ReturnCode::ok;
}

Diagnose308::ReturnCode Diagnose308::store(z::AbsoluteAddress block) {
  const z::Lock lock{lock_};
  if (block_.empty()) return ReturnCode::no_configuration;
  machine_.storage().store(block, block_, 0);
  return ReturnCode::ok;
}

void Diagnose308::set_loaded_from(const Source& source) {
  IplParameters parameters{};
  parameters.length = sizeof parameters;
  parameters.block_length = sizeof parameters - offsetof(IplParameters, block_length);
  parameters.block_type = IplParameters::channel_attached;
  parameters.load_parameter = z::EbcdicText<8>::of(source.load_parameter);
  parameters.device = source.device.value;
  if (!source.parameter.empty()) {
    parameters.virtual_machine_flags = IplParameters::has_parameter;
    parameters.parameter = z::EbcdicText<64>::of(source.parameter);
    parameters.parameter_length = static_cast<std::uint32_t>(std::min(source.parameter.size(), sizeof parameters.parameter));
  }
  const auto bytes = std::as_bytes(std::span{&parameters, 1});
  const z::Lock lock{lock_};
  block_.assign(bytes.begin(), bytes.end());
}

std::optional<Diagnose308::Source> Diagnose308::source() const {
  const z::Lock lock{lock_};
  if (block_.empty()) return std::nullopt;
  IplParameters parameters{};
  std::memcpy(&parameters, block_.data(), std::min(block_.size(), sizeof parameters));
  Source source{.device = z::DeviceNumber{std::uint16_t{parameters.device}},
                .load_parameter = parameters.load_parameter.text(), .parameter = {}};
  if ((parameters.virtual_machine_flags & IplParameters::has_parameter) != 0) {
    const auto length = std::min<std::size_t>(parameters.parameter_length, sizeof parameters.parameter);
    source.parameter = z::from_ebcdic(std::as_bytes(std::span{parameters.parameter.bytes}).first(length));
  }
  return source;
}

std::vector<std::byte> Diagnose308::save() const {
  const z::Lock lock{lock_};
  return block_;
}

void Diagnose308::restore(std::span<const std::byte> state) {
  const z::Lock lock{lock_};
  block_.assign(state.begin(), state.end());
}

// The CPU stops at the end of this instruction, and whoever carries the request out finds it so.
cpu::Step Diagnose308::leave(cpu::Cpu& cpu, Act act) {
  carry_out_(act);
  cpu.configuration().thread(cpu.address()).give({.stop = true});
  return cpu::Step::refetch;
}

}  // namespace lpar
