// DEVICE RESERVE, RELEASE and UNCONDITIONAL RESERVE; the locks that a channel program takes.

#include "dasd3390/control_unit/command_table.h"
#include "dasd3390/dasd3390.h"

namespace dasd3390 {

// Busy alone: nothing was done, and the channel executes the command again.
Dasd3390::Step<> Dasd3390::grant_or_busy(z::Result<Locks::Grant> grant) {
  if (!grant) return fail(host_failure, grant.error());
  if (*grant == Locks::Grant::granted) return {};
  return std::unexpected{channel::Ending::with(channel::busy)};
}

Dasd3390::Step<> Dasd3390::lock_extent(TrackRange tracks, Locks::Mode mode) {
  const bool is_shared = writing_ == Writing::inhibited || mode == Locks::Mode::shared;
  Z_CHECK(grant_or_busy(locks_.lock_tracks({window_.on_volume(tracks.first), window_.on_volume(tracks.last)},
                                           is_shared ? Locks::Mode::shared : Locks::Mode::exclusive)));
  program_.has_tracks = true;
  return {};
}

// The tracks of its extent. A program without DEFINE EXTENT may go anywhere and write, and where is known only when it
// does: it gets all tracks at its first access, when busy can still be answered without harm.
Dasd3390::Step<> Dasd3390::lock_program() {
  if (program_.extent) {
    const bool reads = program_.mask.write == WriteMask::none;
    return lock_extent(*program_.extent, reads ? Locks::Mode::shared : Locks::Mode::exclusive);
  }
  return lock_extent({TrackNumber{0}, TrackNumber{window_.geometry().tracks() - 1}}, Locks::Mode::exclusive);
}

Dasd3390::Step<> Dasd3390::take_owed_locks() {
  if (owed_.reservation) Z_CHECK(grant_or_busy(locks_.reserve()));
  owed_.reservation = false;
  if (!owed_.tracks) return {};
  Z_CHECK(grant_or_busy(locks_.begin_program()));
  Z_CHECK(lock_program());
  owed_.tracks = false;
  return {};
}

Dasd3390::Step<> Dasd3390::lock_for(const CommandRule& rule) {
  if (rule.needs == Needs::nothing) return {};
  Z_CHECK(take_owed_locks());
  Z_CHECK(grant_or_busy(locks_.begin_program()));
  if (rule.needs != Needs::tracks || program_.has_tracks) return {};
  return lock_program();
}

Dasd3390::Reply Dasd3390::reserve(channel::Transfer& data) {
  if (program_.has_tracks) return check(reject(Message::invalid_sequence));
  Z_CHECK(grant_or_busy(locks_.reserve()));
  return basic_sense(data);
}

Dasd3390::Reply Dasd3390::unconditional_reserve(channel::Transfer& data) {
  if (program_.has_tracks) return check(reject(Message::invalid_sequence));
  Z_CHECK(grant_or_busy(locks_.reserve_unconditionally()));
  return basic_sense(data);
}

Dasd3390::Reply Dasd3390::release(channel::Transfer& data) {
  if (program_.has_tracks) return check(reject(Message::invalid_sequence));
  locks_.release();
  return basic_sense(data);
}

}  // namespace dasd3390
