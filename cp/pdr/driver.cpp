#include "cp/pdr/driver.h"

#include <cstring>

#include "cp/pdr/programs.h"
#include "cp/pdr/record.h"

namespace cp::pdr {
namespace {

using Flag = ChannelProgram::Flag;
using eckd::Intent;

constexpr std::size_t record_size = sizeof(Key) + sizeof(Data);
constexpr std::size_t most_ccws = 16;
constexpr std::size_t area_size = 2 * z::page_size + record_size + most_ccws * 32;

std::span<const std::byte> bytes_of(const Key& key) { return std::as_bytes(std::span{&key, 1}); }

Key key_of(std::span<const std::byte> bytes) {
  Key key;
  std::memcpy(&key, bytes.data(), sizeof key);
  return key;
}

}  // namespace

Driver::Driver(RealIo& io, z::DeviceNumber device, std::string ssi_name)
    : io_(io), device_(device), ssi_name_(std::move(ssi_name)), area_(io.area(area_size)) {}

void Driver::read_and_lock(LockRequest request, std::function<void(Locked)> done) {
  const auto free = unlocked_key(ssi_name_, {});
  const auto wanted = request.steal ? bytes_of(*request.steal) : bytes_of(free).first(search_length);
  ChannelProgram program{area_, most_ccws};
  eckd::begin_on_track(program, Intent::update, pdr_cylinder, pdr_head);
  eckd::add_search_key(program, wanted);
  // The key to write and the data read stand side by side, so that one WRITE moves both.
  const auto record = program.reserve(record_size);
  area_.write(record, bytes_of(request.lock));
  program.add_at(eckd::read_data, record + sizeof(Key), sizeof(Data), Flag::chain_command);
  eckd::add_search_record(program, pdr_cylinder, pdr_head, pdr_record_number);
  program.add_at(eckd::write_key_and_data, record, record_size);
  io_.start(device_, area_, [this, record, key = request.lock, done = std::move(done)](const IoEnd& end) mutable {
    if (end.ok()) return done({.outcome = Locked::Outcome::granted, .key = key, .data = area_.read(record + sizeof(Key), sizeof(Data)), .error = {}});
    if (eckd::is_no_record_found(end)) return tell_holder(std::move(done));
    done({.outcome = Locked::Outcome::failed, .data = {}, .error = end.text()});
  });
}

void Driver::tell_holder(std::function<void(Locked)> done) {
  read([done = std::move(done)](z::Result<Contents> contents) {
    if (contents) return done({.outcome = Locked::Outcome::refused, .key = contents->key, .data = {}, .error = {}});
    done({.outcome = Locked::Outcome::failed, .data = {}, .error = contents.error().text()});
  });
}

void Driver::write_and_unlock(Key lock, Key unlocked, std::vector<std::byte> data, std::function<void(Written)> done) {
  Z_ASSERT(data.size() == sizeof(Data));
  ChannelProgram program{area_, most_ccws};
  eckd::begin_on_track(program, Intent::update, pdr_cylinder, pdr_head);
  eckd::add_search_key(program, bytes_of(lock));
  eckd::add_search_record(program, pdr_cylinder, pdr_head, pdr_record_number);
  const auto record = program.reserve(record_size);
  area_.write(record, bytes_of(unlocked));
  area_.write(record + sizeof(Key), data);
  program.add_at(eckd::write_key_and_data, record, record_size);
  io_.start(device_, area_, [done = std::move(done)](const IoEnd& end) {
    if (end.ok()) return done(Written::written);
    done(eckd::is_no_record_found(end) ? Written::lock_lost : Written::unknown);
  });
}

void Driver::read(std::function<void(z::Result<Contents>)> done) {
  ChannelProgram program{area_, most_ccws};
  eckd::begin_on_track(program, Intent::read, pdr_cylinder, pdr_head);
  eckd::add_search_record(program, pdr_cylinder, pdr_head, pdr_record_number);
  const auto record = program.reserve(record_size);
  program.add_at(eckd::read_key_and_data, record, record_size);
  io_.start(device_, area_, [this, record, done = std::move(done)](const IoEnd& end) {
    if (!end.ok()) return done(z::failure("PDR on {:04X} cannot be read: {}", device_.value, end.text()));
    const auto bytes = area_.read(record, record_size);
    done(Contents{key_of(bytes), {bytes.begin() + sizeof(Key), bytes.end()}});
  });
}

}  // namespace cp::pdr
