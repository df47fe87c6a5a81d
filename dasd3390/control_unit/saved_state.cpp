// What a relocation carries of a device.

#include <cstring>
#include <type_traits>

#include "dasd3390/dasd3390.h"

namespace dasd3390 {
namespace {

// Version 1. A program may be under way between two of its commands.
struct SavedState {
  std::uint32_t version = 1;
  Program program;
  std::array<std::uint8_t, 12> path_group{};
  std::uint8_t is_reserved = 0;
};
static_assert(std::is_trivially_copyable_v<SavedState>);

}  // namespace

std::vector<std::byte> Dasd3390::save() const {
  SavedState state;
  state.program = program_;
  state.path_group = path_group_;
  state.is_reserved = locks_.is_reserved() ? 1 : 0;
  const auto bytes = std::as_bytes(std::span{&state, 1});
  return {bytes.begin(), bytes.end()};
}

// The locks come with the state: the device that saved it has given its own up by then.
z::Result<> Dasd3390::restore(std::span<const std::byte> bytes) {
  SavedState state;
  if (bytes.size() != sizeof state)
    return z::failure("state of a 3390 has {} bytes, not {}", bytes.size(), sizeof state);
  std::memcpy(&state, bytes.data(), sizeof state);
  if (state.version != 1) return z::failure("state of a 3390 has version {}, not 1", state.version);
  if (state.program.position.track.value >= window_.geometry().tracks())
    return z::failure("state of a larger 3390 than {}", volume_->path().string());
  signal(channel::Signal::system_reset);
  if (state.is_reserved != 0 && Z_TRY(locks_.reserve()) == Locks::Grant::busy)
    return z::failure("reserved by another system: {}", volume_->path().string());
  if (state.program.has_tracks) {
    const TrackRange all{TrackNumber{0}, TrackNumber{window_.geometry().tracks() - 1}};
    const auto tracks = state.program.extent.value_or(all);
    const bool reads = state.program.mask.write == WriteMask::none && state.program.extent;
    const auto mode = reads ? Locks::Mode::shared : Locks::Mode::exclusive;
    if (Z_TRY(locks_.begin_program()) == Locks::Grant::busy || !lock_extent(tracks, mode))
      return z::failure("tracks are in use by another system: {}", volume_->path().string());
  }
  program_ = state.program;
  path_group_ = state.path_group;
  return {};
}

}  // namespace dasd3390
