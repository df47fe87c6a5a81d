#include "cp/guest/guests.h"

#include "cp/guest/received_storage.h"

namespace cp {

// A guest of this member as the source of a relocation.
class Guests::Port final : public api::GuestPort {
 public:
  Port(Guests& guests, GuestMachine& machine) : guests_(guests), machine_(machine) {}

  z::Pages storage_size() const override { return {machine_.definition().storage.value / z::page_size}; }
  std::span<const std::byte> storage() const override { return machine_.machine().storage().bytes(); }

  // Frames never touched are zeros without a host page behind them; whether a frame is zero is found when it is sent.
  std::vector<z::FrameIndex> frames_in_use() const override { return machine_.machine().storage().resident_frames(); }

  void begin_dirty_tracking() override { machine_.machine().storage().begin_dirty_tracking(); }
  std::vector<z::FrameIndex> harvest_dirty() override { return machine_.machine().storage().harvest_dirty(); }
  void end_dirty_tracking() override { machine_.machine().storage().end_dirty_tracking(); }
  std::vector<std::byte> definition() const override { return machine_.definition().encode(); }
  void stop(Stopped events) override { machine_.quiesce(std::move(events.parked), std::move(events.drained)); }
  void resume() override { machine_.unquiesce(); }
  z::Result<std::vector<std::byte>> save_state() override { return machine_.save_state(); }
  void release() override {
    auto& guests = guests_;
    const auto userid = machine_.userid();
    guests.log_off(userid);  // ends this object
    guests.events_.left(userid);
  }

 private:
  Guests& guests_;
  GuestMachine& machine_;
};

// A guest that is being received.
class Guests::Skeleton final : public api::SkeletonPort {
 public:
  Skeleton(Guests& guests, std::unique_ptr<GuestMachine> machine)
      : guests_(guests), machine_(std::move(machine)), storage_(machine_->machine().storage()) {
    machine_->expect_state();
    guests_.expected_.insert(machine_->userid());
  }
  ~Skeleton() override {
    if (machine_) guests_.expected_.erase(machine_->userid());
  }

  z::Pages storage_size() const override { return {machine_->definition().storage.value / z::page_size}; }
  void write_pages(z::FrameIndex first, std::span<const std::byte> pages) override {
    storage_.write(first, pages);
  }
  void clear_pages(z::FrameIndex first, z::Pages count) override { storage_.clear(first, count); }
  void clear_rest() override { storage_.clear_rest(); }
  z::Result<> restore_state(std::span<const std::byte> state) override {
    storage_.clear_rest();
    return machine_->restore_state(state);
  }
  void activate() override {
    guests_.expected_.erase(machine_->userid());
    auto& machine = guests_.adopt(std::move(machine_));
    machine.activate();
    guests_.events_.arrived(machine.userid());
  }

 private:
  Guests& guests_;
  std::unique_ptr<GuestMachine> machine_;
  ReceivedStorage storage_;
};

Guests::Guests(const lpar::LparDefinition& lpar, Resources resources, const z::Clock& clock, Events events)
    : model_(lpar.model), partition_name_(lpar.name), resources_(resources), clock_(clock), events_(std::move(events)) {}

Guests::~Guests() = default;

GuestMachine* Guests::machine(std::string_view userid) const {
  const auto found = guests_.find(userid);
  return found == guests_.end() ? nullptr : found->second.machine.get();
}

std::vector<GuestMachine*> Guests::all() {
  std::vector<GuestMachine*> result;
  for (const auto& [userid, guest] : guests_) result.push_back(guest.machine.get());
  return result;
}

z::Result<std::unique_ptr<GuestMachine>> Guests::build(VmDefinition definition, GuestMachine::Contents contents) {
  return GuestMachine::create(std::move(definition), contents, resources_.frames, resources_.partition, resources_.volumes, clock_,
                                {.post = events_.post, .console_line = events_.console_line, .stopped = events_.stopped,
                                 .command = events_.command, .partition = partition_name_, .switches = resources_.switches});
}

GuestMachine& Guests::adopt(std::unique_ptr<GuestMachine> machine) {
  auto& adopted = *machine;
  auto port = std::make_unique<Port>(*this, adopted);
  guests_[adopted.userid()] = Guest{std::move(machine), std::move(port)};
  return adopted;
}

z::Result<GuestMachine*> Guests::log_on(VmDefinition definition) {
  Z_ASSERT(machine(definition.userid) == nullptr);
  auto& machine = adopt(Z_TRY(build(std::move(definition), GuestMachine::Contents::cleared)));
  machine.ctcas().plug_all();
  return &machine;
}

void Guests::log_off(const std::string& userid) { guests_.erase(userid); }

api::GuestPort* Guests::find(const std::string& userid) {
  const auto found = guests_.find(userid);
  return found == guests_.end() ? nullptr : found->second.port.get();
}

void Guests::create_skeleton(const std::string& userid, z::Pages storage, std::span<const std::byte> definition,
                             Created done) {
  auto decoded = VmDefinition::decode(definition);
  if (!decoded) return done(z::failure(decoded.error()));
  if (decoded->userid != userid || decoded->storage != storage.bytes())
    return done(z::failure("the definition of {} does not fit its relocation", userid));
  if (machine(userid) != nullptr) return done(z::failure("{} is already logged on here", userid));
  auto machine = build(std::move(*decoded), GuestMachine::Contents::left_over);
  if (!machine) return done(z::failure(machine.error()));
  done(std::make_unique<Skeleton>(*this, std::move(*machine)));
}

}  // namespace cp
