// What of a subchannel a relocation carries. Programs have stopped between two commands.
#include "channel/subchannel.h"

namespace channel {
namespace {

struct SavedSubchannel {
  Schib schib;
  Esw esw;
  std::array<std::uint8_t, 32> ecw;
  Orb orb;
  Program::Image program;
  std::uint8_t has_program, abandoned, interruption_pending, owed_device_end, device_ended, unsolicited;
};
static_assert(sizeof(SavedSubchannel) == 52 + 20 + 32 + 32 + 46 + 6);

}  // namespace

void Subchannel::save(StateWriter& state) const {
  z::Lock lock{lock_};
  const SavedSubchannel saved{
      .schib = {.pmcw = pmcw_, .scsw = scsw_, .measurement_block_address = measurement_block_, .model_dependent = 0},
      .esw = esw_,
      .ecw = ecw_,
      .orb = orb_,
      .program = program_ ? program_->image() : Program::Image{},
      .has_program = program_.has_value(),
      .abandoned = abandoned_,
      .interruption_pending = shared_.interruptions.contains(id_),
      .owed_device_end = device_ended_.has_value(),
      .device_ended = device_ended_.value_or(DeviceStatus{}).bits,
      .unsolicited = unsolicited_.bits};
  state.put(saved);
}

z::Result<> Subchannel::restore(StateReader& state, SubchannelId id) {
  const auto saved = Z_TRY(state.get<SavedSubchannel>());
  std::optional<Program> program;
  if (saved.has_program != 0) {
    program = Program::from(saved.program);
    if (!program) return z::failure("device {:04X}: saved channel program in no state that can be saved", device_number_.value);
  }
  z::Lock lock{lock_};
  id_ = id;
  pmcw_ = saved.schib.pmcw;
  scsw_ = saved.schib.scsw;
  measurement_block_ = saved.schib.measurement_block_address;
  esw_ = saved.esw;
  ecw_ = saved.ecw;
  orb_ = saved.orb;
  program_ = program;
  abandoned_ = saved.abandoned != 0;
  resumed_ = true;  // a command that waited is executed again and finds out for itself
  busy_ = false;
  unseen_ = 0;
  device_ended_.reset();
  if (saved.owed_device_end != 0) device_ended_ = DeviceStatus{saved.device_ended};
  unsolicited_ = {saved.unsolicited};
  if (saved.interruption_pending != 0) {
    shared_.interruptions.add(id_, pmcw_.isc(), pmcw_.interruption_parameter);
    to_notify_ |= static_cast<std::uint8_t>(0x80U >> pmcw_.isc());
  }
  return {};
}

}  // namespace channel
