#include "cp/pdr/guest_driver.h"

#include "cp/pdr/programs.h"

namespace cp::pdr {
namespace {

using Flag = ChannelProgram::Flag;
using eckd::Intent;

constexpr std::size_t most_ccws = 16;
constexpr std::size_t area_size = 4 * guest_block_size;

}  // namespace

GuestDriver::GuestDriver(RealIo& io, z::DeviceNumber device, const z::Clock& clock)
    : io_(io), device_(device), clock_(clock), area_(io.area(area_size)) {}

void GuestDriver::enqueue(std::function<void()> operation) {
  queue_.push_back(std::move(operation));
  if (!is_busy_) next();
}

void GuestDriver::next() {
  is_busy_ = !queue_.empty();
  if (!is_busy_) return;
  const auto operation = std::move(queue_.front());
  queue_.pop_front();
  operation();
}

void GuestDriver::read(const std::string& userid, Read done) {
  enqueue([this, userid, done = std::move(done)] {
    load(bucket_of(userid), Hold::no, [this, userid, done](z::Result<GuestBlock> block) {
      if (block) done(block->find(userid));
      else done(z::failure(block.error()));
      next();
    });
  });
}

void GuestDriver::compare_and_set(const std::string& userid, api::GuestRecord expected, api::GuestRecord desired, Swapped done) {
  enqueue([this, wanted = Change{userid, expected, desired, std::move(done)}] {
    load(bucket_of(wanted.userid), Hold::reserve, [this, wanted](z::Result<GuestBlock> block) {
      if (block) change(wanted, std::move(*block));
      else release(wanted.done, {});
    });
  });
}

void GuestDriver::load(unsigned bucket, Hold hold, Loaded done) {
  const auto place = place_of_bucket(bucket);
  ChannelProgram program{area_, most_ccws};
  if (hold == Hold::reserve) program.add(eckd::device_reserve, eckd::sense_size, Flag::chain_command | Flag::suppress_length);
  eckd::begin_on_track(program, Intent::read, guest_cylinder, place.head);
  eckd::add_search_record(program, guest_cylinder, place.head, place.records[0]);
  const auto first = program.add(eckd::read_data, guest_block_size, Flag::chain_command);
  eckd::add_search_record(program, guest_cylinder, place.head, place.records[1]);
  const auto second = program.add(eckd::read_data, guest_block_size);
  io_.start(device_, area_, [this, first, second, done = std::move(done)](const IoEnd& end) {
    if (!end.ok()) return done(z::failure("guest records on {:04X} cannot be read: {}", device_.value, end.text()));
    const auto copy_0 = area_.read(first, guest_block_size), copy_1 = area_.read(second, guest_block_size);
    done(GuestBlock::decode({copy_0, copy_1}));
  });
}

void GuestDriver::change(const Change& change, GuestBlock block) {
  const auto current = block.find(change.userid);
  if (current != change.expected) return release(change.done, {api::SwapOutcome::mismatched, current});
  if (auto set = block.set(change.userid, change.desired, z::tod_of_utc(clock_.utc())); !set)
    return release(change.done, {api::SwapOutcome::mismatched, current});  // the bucket is full: nothing was written
  write_copy(change, block);
}

void GuestDriver::write_copy(const Change& change, const GuestBlock& block) {
  const auto place = place_of_bucket(bucket_of(change.userid));
  ChannelProgram program{area_, most_ccws};
  eckd::begin_on_track(program, Intent::update, guest_cylinder, place.head);
  eckd::add_search_record(program, guest_cylinder, place.head, place.records[block.stale_copy()]);
  program.add(eckd::write_data, block.encode_next());
  io_.start(device_, area_, [this, desired = change.desired, done = change.done](const IoEnd& end) {
    release(done, end.ok() ? api::Swap{api::SwapOutcome::swapped, desired} : api::Swap{});
  });
}

// The answer waits for the RELEASE: until then no other member can look.
void GuestDriver::release(Swapped done, api::Swap result) {
  ChannelProgram program{area_, most_ccws};
  program.add(eckd::device_release, eckd::sense_size, Flag::suppress_length);
  io_.start(device_, area_, [this, done = std::move(done), result](const IoEnd&) {
    done(result);
    next();
  });
}

}  // namespace cp::pdr
