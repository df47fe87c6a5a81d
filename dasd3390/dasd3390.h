#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "channel/device.h"
#include "dasd3390/control_unit/program.h"
#include "dasd3390/control_unit/sense.h"
#include "dasd3390/locks.h"
#include "dasd3390/volume.h"

namespace dasd3390 {

struct CommandRule;

// State byte and identifier of each channel path, the leftmost of the path mask first.
using PathGroups = std::array<std::array<std::uint8_t, 12>, 8>;

// A 3390 behind a DS8000 (2107): all of a volume, or a minidisk. Channel programs of devices that show the same tracks, in any
// process, exclude each other as long as they run.
class Dasd3390 final : public channel::Device, private channel::TransportDevice {
 public:
  enum class Writing : std::uint8_t { allowed, inhibited };
  // What the guest is told: thin volumes take space when written, and give it back when asked to (extent space efficient).
  enum class Provisioning : std::uint8_t { full, thin };

  // The window lies on the volume. A volume opened for reading only inhibits writing in any case.
  static z::Result<std::unique_ptr<Dasd3390>> attach(std::shared_ptr<Volume> volume, Window window, Writing writing,
                                                     Provisioning provisioning = Provisioning::full);

  std::string_view type() const override { return "3390"; }
  std::string description() const override;
  std::string_view command_name(std::uint8_t command) const override;
  const channel::Vocabulary* vocabulary() const override;
  std::optional<channel::RecordId> record() const override;
  void attached(channel::Port& port) override;
  void begin_program() override;
  void end_program() override;
  void pause_program() override;
  channel::Ending execute(std::uint8_t command, channel::Transfer& data) override;
  channel::TransportDevice* transport_mode() override { return this; }
  channel::Sense sense() override;
  void signal(channel::Signal signal) override;
  void reset_path(std::uint8_t path) override;
  std::vector<std::byte> save() const override;
  z::Result<> restore(std::span<const std::byte> state) override;

  const Volume& volume() const { return *volume_; }
  std::shared_ptr<Volume> shared_volume() const { return volume_; }  // for another window on it
  const Window& window() const { return window_; }

 private:
  friend struct CommandRule;
  friend class CommandTable;
  // How a command goes on or ends: a value, or the ending that is presented instead.
  template <class T = void>
  using Step = std::expected<T, channel::Ending>;
  using Reply = Step<channel::Ending>;

  Dasd3390(std::shared_ptr<Volume> volume, Window window, Writing writing, Provisioning provisioning, Locks locks);
  // Names the volume: the same for all who have it open.
  std::uint64_t token() const;
  std::uint16_t subsystem_id() const { return static_cast<std::uint16_t>(token() >> 48); }

  Reply perform(const CommandRule& rule, channel::Transfer& data);
  // transport.cpp
  channel::Ending execute_transport(std::uint8_t command, std::span<const std::byte> control,
                                    channel::Transfer& data) override;
  std::unexpected<channel::Ending> check(Check check);
  std::unexpected<channel::Ending> fail(Check check, const z::Error& reason) Z_EXCLUDES(failure_lock_);

  // control.cpp
  Reply no_operation(channel::Transfer& data);
  Reply basic_sense(channel::Transfer& data);
  Reply recalibrate(channel::Transfer& data);
  Reply seek(channel::Transfer& data);
  Reply set_file_mask(channel::Transfer& data);
  Reply set_sector(channel::Transfer& data);
  Reply read_sector(channel::Transfer& data);
  Reply accept_parameters(channel::Transfer& data);
  Reply reset_allegiance(channel::Transfer& data);
  // subsystem.cpp
  Reply perform_subsystem_function(channel::Transfer& data);
  Reply read_subsystem_data(channel::Transfer& data);
  Reply sense_subsystem_status(channel::Transfer& data);
  Reply read_buffered_log(channel::Transfer& data);
  Reply define_subsystem_operation(channel::Transfer& data);
  Step<> release_space(TrackRange tracks);
  // identification.cpp
  Reply sense_id(channel::Transfer& data);
  Reply read_device_characteristics(channel::Transfer& data);
  Reply read_configuration_data(channel::Transfer& data);
  Reply sense_path_group(channel::Transfer& data);
  Reply set_path_group(channel::Transfer& data);
  bool has_grouped_path() const;
  static std::size_t place_of_path(std::uint8_t path) { return static_cast<std::size_t>(std::countl_zero(path)) % 8; }
  // reservation.cpp
  Reply reserve(channel::Transfer& data);
  Reply unconditional_reserve(channel::Transfer& data);
  Reply release(channel::Transfer& data);
  Step<> grant_or_busy(z::Result<Locks::Grant> grant);
  Step<> lock_program();
  Step<> take_owed_locks();
  Step<> lock_extent(TrackRange tracks, Locks::Mode mode);
  Step<> lock_for(const CommandRule& rule);
  // extent.cpp
  Reply define_extent(channel::Transfer& data);
  Reply locate_record(channel::Transfer& data);
  Reply locate_record_extended(channel::Transfer& data);
  Reply prefix(channel::Transfer& data);
  Step<> set_extent(std::span<const std::byte> parameters);
  Step<> locate(std::span<const std::byte> parameters);
  Step<> locate_extended(std::span<const std::byte> parameters);
  Step<> open_domain(std::span<const std::byte> parameters, std::optional<Work> work);
  Step<> orient(std::span<const std::byte> parameters);
  // search.cpp
  Reply search_id(channel::Transfer& data);
  Reply search_key(channel::Transfer& data);
  Reply search_home_address(channel::Transfer& data);
  Reply searched(std::strong_ordering found);
  // read.cpp
  Reply read_ipl(channel::Transfer& data);
  Reply read_data(channel::Transfer& data);
  Reply read_key_and_data(channel::Transfer& data);
  Reply read_count(channel::Transfer& data);
  Reply read_record(channel::Transfer& data);
  Reply read_multiple_records(channel::Transfer& data);
  Reply read_record_zero(channel::Transfer& data);
  Reply read_home_address(channel::Transfer& data);
  Reply read_track(channel::Transfer& data);
  Reply read_track_data(channel::Transfer& data);
  Reply send(channel::Transfer& data, std::span<const std::byte> bytes);
  void show_record(const Track& track, std::size_t record);
  // write.cpp
  Reply write_data(channel::Transfer& data);
  Reply write_key_and_data(channel::Transfer& data);
  Reply write_record(channel::Transfer& data);
  Reply write_record_zero(channel::Transfer& data);
  Reply erase(channel::Transfer& data);
  Reply write_full_track(channel::Transfer& data);
  Reply write_track_data(channel::Transfer& data);
  Reply update(channel::Transfer& data, Track& track, Image::Part part);
  Step<Track*> may_write(Work work);
  Step<> store(Track& track, std::size_t record, Image::Part part);
  Step<> write_out();
  // position.cpp
  Step<Track*> track();  // the one under the heads, read when needed
  Step<> move_to(TrackNumber track);
  // Each gives the track on which the heads are then.
  Step<Track*> next_record();
  Step<Track*> next_record_but_zero();
  Step<> end_of_track();
  Step<> next_track_of_domain();
  std::size_t first_record_of_track() const;
  Step<> begin_work(Work work);
  void end_work();
  Count shown_count(const Track& track, std::size_t record) const;
  bool is_multitrack() const { return (command_ & 0x80) != 0; }
  TrackAddress here() const { return address_of(program_.position.track); }

  std::shared_ptr<Volume> volume_;
  Window window_;
  Writing writing_;
  Provisioning provisioning_;
  Locks locks_;
  Program program_;
  std::uint8_t command_ = 0;      // being executed
  std::optional<Track> track_;    // under the heads; valid while its lock is held
  // First record of `track_` whose data, and perhaps that of later ones, a command of the domain changed and left to the next one to
  // write. Never while the channel looks elsewhere.
  std::optional<std::size_t> unwritten_;
  std::vector<std::byte> shown_;  // bytes on their way to the channel
  std::optional<channel::Sense> sense_;
  struct OwedLocks {
    bool reservation = false, tracks = false;
  };
  OwedLocks owed_;                             // restored by a relocation and not taken yet
  PathGroups path_groups_{};
  // Why the last equipment check or data check came. The operator asks for it on his own thread.
  mutable z::Mutex failure_lock_;
  std::string last_failure_ Z_GUARDED_BY(failure_lock_);
};

}  // namespace dasd3390
