#pragma once

#include <bitset>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "channel/device.h"
#include "channel/registry.h"

namespace channel {

// What one device did in a session, in order. A file of it begins with the text "ENDIREC1" and the device's type; numbers are
// big-endian.
struct RecordedEvent {
  enum class Kind : std::uint8_t { command, transport, device_end, unsolicited };
  Kind kind = Kind::command;
  std::uint8_t command = 0;
  Ending ending{};               // of device_end and unsolicited: the status alone
  bool has_excess = false;       // the device had more data than the area took
  std::vector<std::byte> control{};  // transport mode
  std::vector<std::byte> output{};   // that the device took
  std::vector<std::byte> input{};    // that it gave
  std::vector<std::byte> sense{};    // of a unit check
};

// Appends events to a file as they happen.
class RecordingWriter {
 public:
  static z::Result<RecordingWriter> create(const std::filesystem::path& path, std::string_view type);
  z::Result<> append(const RecordedEvent& event);

 private:
  explicit RecordingWriter(z::Fd file) : file_(std::move(file)) {}
  z::Result<> write(std::span<const std::byte> bytes);
  z::Fd file_;
};

struct Recording {
  std::string type;
  std::vector<RecordedEvent> events;
  // A last event that was cut off, by a process that died, is left out.
  static z::Result<Recording> read(const std::filesystem::path& path);
};

using ReplaySink = std::function<void(const std::string& line)>;

// A device that behaves as `inner` does and writes down what it does.
std::unique_ptr<Device> make_recorder(std::unique_ptr<Device> inner, RecordingWriter writer, ReplaySink complain);
// A device that gives the recorded answers to the recorded commands in their order. A command, or data for it, that the recording
// does not have next is told to the sink and ends with unit check, intervention required.
// Of the commands that are ignored the data may differ: a driver's path group ID has the time in it.
std::unique_ptr<Device> make_replayer(Recording recording, const std::bitset<256>& ignored, ReplaySink complain);

// The types "record" and "replay": record:file=NAME,of=3390:file=disk.ckd and replay:file=NAME[,ignore=AF+27].
z::Result<> register_replay(Registry& registry, ReplaySink complain);

}  // namespace channel
