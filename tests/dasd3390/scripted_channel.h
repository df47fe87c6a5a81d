#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "channel/device.h"
#include "dasd3390/dasd3390.h"
#include "dasd3390/tools/create.h"
#include "dasd3390/tools/edit.h"

namespace dasd3390::test {

using Bytes = std::vector<std::uint8_t>;

inline std::vector<std::byte> bytes(const Bytes& from) {
  const auto view = std::as_bytes(std::span{from});
  return {view.begin(), view.end()};
}
inline Bytes octets(std::span<const std::byte> from) {
  Bytes result(from.size());
  std::ranges::copy(from, std::as_writable_bytes(std::span{result}).begin());
  return result;
}
inline Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// A file name that goes when the test ends, with the file.
class TemporaryFile {
 public:
  TemporaryFile() {
    std::string form = (std::filesystem::temp_directory_path() / "endicott-dasd-XXXXXX").string();
    folder_ = ::mkdtemp(form.data());
  }
  ~TemporaryFile() { std::filesystem::remove_all(folder_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  std::filesystem::path path() const { return folder_ / "volume.ckd"; }
  std::filesystem::path folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

// The data area of one CCW.
class ScriptedTransfer final : public channel::Transfer {
 public:
  explicit ScriptedTransfer(Bytes to_device) : area_(std::move(to_device)) {}
  explicit ScriptedTransfer(std::size_t room) : area_(room) {}

  std::size_t count() const override { return area_.size(); }
  std::size_t receive(std::span<std::byte> to) override {
    const auto length = std::min(to.size(), area_.size() - at_);
    std::ranges::copy(std::as_bytes(std::span{area_}).subspan(at_, length), to.begin());
    at_ += length;
    return length;
  }
  std::size_t send(std::span<const std::byte> from) override {
    const auto length = std::min(from.size(), area_.size() - at_);
    std::ranges::copy(from.first(length), std::as_writable_bytes(std::span{area_}).subspan(at_).begin());
    at_ += length;
    return length;
  }
  void set_excess() override { has_excess_ = true; }

  std::uint8_t path() const override { return path_; }
  void come_on(std::uint8_t path) { path_ = path; }

  bool has_excess() const { return has_excess_; }
  Bytes moved() const { return {area_.begin(), area_.begin() + static_cast<std::ptrdiff_t>(at_)}; }

 private:
  Bytes area_;
  std::size_t at_ = 0;
  bool has_excess_ = false;
  std::uint8_t path_ = 0x80;
};

struct Ccw {
  std::uint8_t command;
  Bytes data = {};       // for the device; or
  std::size_t room = 0;  // for what it sends
  int back = 0;          // of a TIC (08): how many CCWs
  std::uint8_t path = 0x80;
};

inline Ccw tic(int back) { return {0x08, {}, 0, back}; }
inline Ccw read(std::uint8_t command, std::size_t room) { return {command, {}, room}; }

inline constexpr channel::DeviceStatus good = channel::ended, checked = channel::ended | channel::unit_check,
                                       end_of_file = channel::ended | channel::unit_exception;

// How a channel program went: what each executed read sent, the last status, and the sense bytes after a unit check.
struct Outcome {
  channel::DeviceStatus status;
  std::vector<Bytes> sent;
  std::size_t executed = 0;
  channel::Sense sense;

  std::uint8_t sense_0() const { return sense.bytes[0]; }
  std::uint8_t sense_1() const { return sense.bytes[1]; }
  std::uint8_t message() const { return sense.bytes[7]; }
};

// Executes CCWs one by one up to `stop`; the program stays open. Status modifier skips one.
inline Outcome execute(channel::Device& device, const std::vector<Ccw>& program) {
  Outcome outcome;
  for (std::size_t i = 0; i < program.size(); ++i) {
    const auto& ccw = program[i];
    if (ccw.command == 0x08) {
      i -= static_cast<std::size_t>(ccw.back) + 1;
      continue;
    }
    ++outcome.executed;
    auto transfer = ccw.room != 0 ? ScriptedTransfer{ccw.room} : ScriptedTransfer{ccw.data};
    transfer.come_on(ccw.path);
    outcome.status = device.execute(ccw.command, transfer).status;
    if (ccw.room != 0) outcome.sent.push_back(transfer.moved());
    if (outcome.status.has(channel::unit_check)) outcome.sense = device.sense();
    if (outcome.status == (channel::ended | channel::status_modifier)) {
      ++i;
      outcome.status = good;
    } else if (outcome.status != good) {
      break;
    }
  }
  return outcome;
}

inline Outcome run(channel::Device& device, const std::vector<Ccw>& program) {
  device.begin_program();
  auto outcome = execute(device, program);
  device.end_program();
  return outcome;
}

// Parameters.
inline Bytes halfword(unsigned value) {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}
inline Bytes cchh(unsigned cylinder, unsigned head) { return halfword(cylinder) + halfword(head); }
inline Bytes cchhr(unsigned cylinder, unsigned head, std::uint8_t record) {
  return cchh(cylinder, head) + Bytes{record};
}
inline Bytes count_field(unsigned cylinder, unsigned head, std::uint8_t record, std::uint8_t key, unsigned data) {
  return cchhr(cylinder, head, record) + Bytes{key} + halfword(data);
}
inline Ccw seek(unsigned cylinder, unsigned head) { return {0x07, Bytes{0, 0} + cchh(cylinder, head)}; }
inline Ccw search_id(unsigned cylinder, unsigned head, std::uint8_t record) {
  return {0x31, cchhr(cylinder, head, record)};
}
struct At {
  unsigned cylinder, head;
};
inline constexpr std::uint8_t reading = 0x40, updating = 0x80, formatting = 0x00;
inline Ccw define_extent(std::uint8_t mask, At first, At last) {
  return {0x63, Bytes{mask, 0xC0} + halfword(4096) + Bytes{0, 0, 0, 0} + cchh(first.cylinder, first.head) +
                    cchh(last.cylinder, last.head)};
}
inline Ccw locate(std::uint8_t operation, std::uint8_t count, At at, std::uint8_t record) {
  return {0x47, Bytes{operation, 0, 0, count} + cchh(at.cylinder, at.head) + cchhr(at.cylinder, at.head, record) +
                    Bytes{0xFF} + halfword(0)};
}

// A small volume VOL001 in a temporary file, and a device that shows it.
class Disk {
 public:
  explicit Disk(std::uint32_t cylinders = 5) {
    const auto created = create_volume(file_.path(), {.geometry = {cylinders}, .volser = "VOL001"});
    if (!created) throw std::runtime_error(created.error().text());
    volume_ = Volume::open(file_.path(), Access::write).value();
    device_ = attach(volume_->whole());
  }
  std::unique_ptr<Dasd3390> attach(Window window, Dasd3390::Writing writing = Dasd3390::Writing::allowed) const {
    return Dasd3390::attach(volume_, window, writing).value();
  }
  // As another process has it.
  std::unique_ptr<Dasd3390> attach_anew() const {
    auto volume = Volume::open(file_.path(), Access::write).value();
    const auto whole = volume->whole();
    return Dasd3390::attach(std::move(volume), whole, Dasd3390::Writing::allowed).value();
  }
  Dasd3390& device() { return *device_; }
  std::shared_ptr<Volume> volume() const { return volume_; }
  std::filesystem::path path() const { return file_.path(); }
  Editor edit() const { return Editor::open(volume_).value(); }
  // Track of keyless records of `length` numbered 1 to `records`; record n is filled with n.
  void format(At at, std::uint8_t records, std::uint16_t length) const {
    std::vector<NewRecord> list;
    for (std::uint8_t n = 1; n <= records; ++n)
      list.push_back({n, 0, length, {}, std::vector<std::byte>(length, std::byte{n})});
    edit().format_track({at.cylinder, at.head}, list).value();
  }

 private:
  TemporaryFile file_;
  std::shared_ptr<Volume> volume_;
  std::unique_ptr<Dasd3390> device_;
};

}  // namespace dasd3390::test
