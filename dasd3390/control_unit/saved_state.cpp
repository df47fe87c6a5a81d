// What a relocation carries of a device.

#include <cstring>
#include <type_traits>

#include "dasd3390/dasd3390.h"

namespace dasd3390 {
namespace {

// Version 3: a write that failed. A program may be under way between two of its commands.
struct SavedState {
  std::uint32_t version = 3;
  Program program;
  PathGroups path_groups{};
  std::uint8_t is_reserved = 0;
};
static_assert(std::is_trivially_copyable_v<SavedState>);

}  // namespace

std::vector<std::byte> Dasd3390::save() const {
  SavedState state;
  state.program = program_;
  state.path_groups = path_groups_;
  state.is_reserved = locks_.is_reserved() || owed_.reservation ? 1 : 0;
  const auto bytes = std::as_bytes(std::span{&state, 1});
  return {bytes.begin(), bytes.end()};
}

// The source keeps its locks until it lets go of the guest, so that a relocation that fails has lost nothing. They are
// taken here when the next command needs them, which is busy until then.
z::Result<> Dasd3390::restore(std::span<const std::byte> bytes) {
  SavedState state;
  if (bytes.size() != sizeof state)
    return z::failure("state of a 3390 has {} bytes, not {}", bytes.size(), sizeof state);
  std::memcpy(&state, bytes.data(), sizeof state);
  if (state.version != 3) return z::failure("state of a 3390 has version {}, not 3", state.version);
  const auto tracks = window_.geometry().tracks();
  if (state.program.position.track.value >= tracks ||
      (state.program.extent && state.program.extent->last.value >= tracks))
    return z::failure("state of a larger 3390 than {}", volume_->path().string());
  signal(channel::Signal::system_reset);
  program_ = state.program;
  path_groups_ = state.path_groups;
  owed_ = {.reservation = state.is_reserved != 0, .tracks = state.program.has_tracks};
  return {};
}

}  // namespace dasd3390
