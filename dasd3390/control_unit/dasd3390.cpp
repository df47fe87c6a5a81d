#include "dasd3390/dasd3390.h"

#include <fmt/format.h>

#include "base/assert.h"
#include "dasd3390/control_unit/command_table.h"

namespace dasd3390 {

z::Result<std::unique_ptr<Dasd3390>> Dasd3390::attach(std::shared_ptr<Volume> volume, Window window, Writing writing,
                                                      Provisioning provisioning) {
  const auto cylinders = volume->geometry().cylinders;
  if (window.cylinders == 0 || window.start >= cylinders || window.cylinders > cylinders - window.start)
    return z::failure("cylinders {} to {} are not on {}, which has {}", window.start,
                      std::uint64_t{window.start} + window.cylinders - 1, volume->path().string(), cylinders);
  auto locks = Z_TRY(volume->locks(window));
  return std::unique_ptr<Dasd3390>{new Dasd3390{std::move(volume), window, writing, provisioning, std::move(locks)}};
}

Dasd3390::Dasd3390(std::shared_ptr<Volume> volume, Window window, Writing writing, Provisioning provisioning,
                   Locks locks)
    : volume_(std::move(volume)),
      window_(window),
      writing_(volume_->is_read_only() ? Writing::inhibited : writing),
      provisioning_(provisioning),
      locks_(std::move(locks)) {}

std::uint64_t Dasd3390::token() const {
  return volume_->identity() * 0x9E37'79B9'7F4A'7C15;  // spreads neighbouring inode numbers
}

std::string Dasd3390::description() const {
  const auto whole = window_.cylinders == volume_->geometry().cylinders;
  const z::Lock lock{failure_lock_};
  return fmt::format("3390 file={} cyls={}{}{}{}{}", volume_->path().string(), window_.cylinders,
                     whole ? "" : fmt::format(" start={}", window_.start), writing_ == Writing::inhibited ? " ro" : "",
                     provisioning_ == Provisioning::thin ? " thin" : "",
                     last_failure_.empty() ? "" : fmt::format(" (failed: {})", last_failure_));
}

std::string_view Dasd3390::command_name(std::uint8_t command) const {
  constexpr std::uint8_t prefix_read = 0xEA;  // of transport mode alone, so not in the table
  if (command == prefix_read) return "PREFIX READ";
  const auto* rule = find_rule(command);
  return rule == nullptr ? "" : rule->name;
}

// Nothing of a 3390 comes unasked, so the port is not kept.
void Dasd3390::attached(channel::Port&) {}

void Dasd3390::begin_program() {
  Z_ASSERT(!unwritten_);
  Program fresh;
  fresh.position.track = program_.position.track;  // the arm stays where it is
  fresh.write_failed = program_.write_failed;
  program_ = fresh;
  track_.reset();
}

// A failure can not be told here. It comes with the next command, of this program or, where a program left its domain undone, of the
// next.
void Dasd3390::pause_program() {
  if (write_out()) return;
  sense_.reset();
  program_.write_failed = true;
}

void Dasd3390::end_program() {
  pause_program();
  begin_program();
  locks_.end_program();
  owed_.tracks = false;
}

channel::Ending Dasd3390::execute(std::uint8_t command, channel::Transfer& data) {
  command_ = command;
  const auto* rule = find_rule(command);
  const auto reply = rule == nullptr ? Reply{check(reject(Message::invalid_command))} : perform(*rule, data);
  return reply ? *reply : reply.error();
}

Dasd3390::Reply Dasd3390::perform(const CommandRule& rule, channel::Transfer& data) {
  Z_CHECK(lock_for(rule));
  if (program_.write_failed && rule.needs != Needs::nothing) {
    program_.write_failed = false;
    return check(host_failure);
  }
  if (rule.kind != CommandRule::Kind::data) Z_CHECK(write_out());
  if (rule.kind != CommandRule::Kind::data && program_.domain && rule.needs != Needs::nothing)
    return check(reject(Message::invalid_sequence));  // the domain is not done
  if (rule.kind == CommandRule::Kind::control) program_.index_points = 0;
  if (rule.kind != CommandRule::Kind::data) program_.may_write = false;
  return (this->*rule.handler)(data);
}

std::unexpected<channel::Ending> Dasd3390::check(Check check) {
  sense_ = make_sense(check, here(), window_.geometry());
  program_.domain.reset();
  program_.may_write = false;
  return std::unexpected{channel::Ending::with(channel::ended | channel::unit_check)};
}

std::unexpected<channel::Ending> Dasd3390::fail(Check check, const z::Error& reason) {
  {
    const z::Lock lock{failure_lock_};
    last_failure_ = reason.text();
  }
  return this->check(check);
}

channel::Sense Dasd3390::sense() {
  const auto result = sense_.value_or(make_sense({}, here(), window_.geometry()));
  sense_.reset();
  return result;
}

// A reservation belongs to the group of paths that made it, or to the path alone: with the last path of the group it goes.
void Dasd3390::reset_path(std::uint8_t path) {
  path_groups_[place_of_path(path)] = {};
  sense_.reset();
  if (!has_grouped_path()) {
    locks_.release();
    owed_.reservation = false;
  }
}

void Dasd3390::signal(channel::Signal signal) {
  end_program();
  sense_.reset();
  if (signal != channel::Signal::system_reset) return;
  locks_.release();
  owed_ = {};
  path_groups_ = {};
  program_ = {};
}

}  // namespace dasd3390
