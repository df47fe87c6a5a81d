#include "world.h"

#include <algorithm>
#include <cstring>

namespace lgr::test {
namespace {

class NodeTimers final : public cp::api::Timers {
 public:
  NodeTimers(World& world, Node& node) : world_(world), node_(node) {}
  Id at(Nanoseconds deadline, std::function<void()> expired) override {
    const Id id = ++last_;
    live_.insert(id);
    world_.at(std::max(deadline, world_.clock.now()), [this, id, expired = std::move(expired)] {
      if (live_.erase(id) != 0 && node_.is_alive) expired();
    });
    return id;
  }
  void cancel(Id id) override { live_.erase(id); }

 private:
  World& world_;
  Node& node_;
  Id last_ = 0;
  std::set<Id> live_;
};

class Guest final : public cp::api::GuestPort {
 public:
  Guest(Node& node, std::shared_ptr<Image> image) : node_(node), image_(std::move(image)) {}

  z::Pages storage_size() const override { return {image_->bytes.size() / z::page_size}; }
  std::span<const std::byte> storage() const override { return image_->bytes; }
  std::vector<z::FrameIndex> frames_in_use() const override {
    std::vector<z::FrameIndex> frames;
    for (std::uint64_t i = 0; i < storage_size().value; ++i) frames.emplace_back(i);
    return frames;
  }
  void begin_dirty_tracking() override { image_->is_tracked = true, image_->dirty.clear(); }
  std::vector<z::FrameIndex> harvest_dirty() override {
    std::vector<z::FrameIndex> frames;
    for (const auto frame : std::exchange(image_->dirty, {})) frames.emplace_back(frame);
    return frames;
  }
  void end_dirty_tracking() override { image_->is_tracked = false, image_->dirty.clear(); }
  std::vector<std::byte> definition() const override { return std::vector<std::byte>(300, std::byte{7}); }

  void stop(Stopped events) override {
    World& world = node_.world;
    const unsigned generation = ++image_->stop_generation;
    const auto when = [image = image_, generation, this](auto action) {
      return [image, generation, action, this] {
        if (node_.is_alive && image->stop_generation == generation) action(*image);
      };
    };
    const Nanoseconds step = world.delay();
    world.after(step, when([events](Image& image) {
                  image.is_running = false;
                  events.parked();
                }));
    world.after(step * 3, when([events, &world](Image& image) {
                  world.write_page(image, world.random(image.bytes.size() / z::page_size));  // a read that ends
                }));
    world.after(step * 5, when([events](Image&) { events.drained(); }));
  }
  void resume() override {
    ++image_->stop_generation;
    node_.world.check(*image_, "resume at the source");
    image_->is_running = true;
  }
  z::Result<std::vector<std::byte>> save_state() override {
    return std::vector<std::byte>(wire::state_chunk + 1000, std::byte{0x5A});
  }
  void release() override {
    if (image_->is_running) node_.world.violations.emplace_back("released while running");
    node_.image = nullptr;
    node_.guest = nullptr;
  }

 private:
  Node& node_;
  std::shared_ptr<Image> image_;
};

class Skeleton final : public cp::api::SkeletonPort {
 public:
  Skeleton(Node& node, z::Pages pages) : node_(node), image_(std::make_shared<Image>()), is_named_(pages.value) {
    image_->bytes.resize(pages.bytes().value, left_over);
    node_.image = image_;
  }
  ~Skeleton() override {
    if (!is_active_) node_.image = nullptr;
  }
  z::Pages storage_size() const override { return {image_->bytes.size() / z::page_size}; }
  void write_pages(z::FrameIndex first, std::span<const std::byte> pages) override {
    std::memcpy(image_->bytes.data() + first.value * z::page_size, pages.data(), pages.size());
    std::fill_n(is_named_.begin() + static_cast<std::ptrdiff_t>(first.value), pages.size() / z::page_size, true);
  }
  void clear_pages(z::FrameIndex first, z::Pages count) override {
    std::memset(image_->bytes.data() + first.value * z::page_size, 0, count.bytes().value);
    std::fill_n(is_named_.begin() + static_cast<std::ptrdiff_t>(first.value), count.value, true);
  }
  void clear_rest() override {
    for (std::uint64_t frame = 0; frame < is_named_.size(); ++frame)
      if (!is_named_[frame]) clear_pages(z::FrameIndex{frame}, {1});
  }
  z::Result<> restore_state(std::span<const std::byte> state) override {
    if (state.size() != wire::state_chunk + 1000) return z::failure("state of wrong size");
    image_->is_complete = true;
    return {};
  }
  void activate() override {
    is_active_ = true;
    node_.world.check(*image_, "activation at the destination");
    image_->is_running = true;
    node_.world.ran_at_destination = true;
    node_.guest = std::make_unique<Guest>(node_, image_);
  }

 private:
  Node& node_;
  static constexpr std::byte left_over{0xA5};  // by another guest
  std::shared_ptr<Image> image_;
  std::vector<bool> is_named_;
  bool is_active_ = false;
};

}  // namespace

Node::Node(World& w, MemberSlot s, Settings settings)
    : world(w),
      slot(s),
      timers(std::make_unique<NodeTimers>(w, *this)),
      relocations(Services{*this, *this, *this, *this, *this, *timers, w.clock}, settings) {}
Node::~Node() = default;

void Node::log_on(unsigned pages) {
  image = std::make_shared<Image>();
  image->bytes.resize(pages * z::page_size);
  image->is_running = image->is_complete = true;
  guest = std::make_unique<Guest>(*this, image);
}

bool Node::is_down(MemberSlot member) const { return world.down.contains(member); }

void Node::create_skeleton(const std::string&, z::Pages storage, std::span<const std::byte>, Created done) {
  world.after(world.delay(), [this, storage, done = std::move(done)] {
    if (is_alive) done(std::make_unique<Skeleton>(*this, storage));
  });
}

void Node::send(MemberSlot to, cp::api::OutgoingMessage message) {
  // The parts are read when they are transmitted, some time after the call.
  world.after(world.delay() / 4, [this, to, generation = world.link_generation_, message = std::move(message)] {
    if (!is_alive) return;
    auto bytes = message.head;
    for (const auto part : message.parts) bytes.insert(bytes.end(), part.begin(), part.end());
    const bool is_up = world.is_link_up_ && generation == world.link_generation_;
    if (is_up) world.deliver(to, std::move(bytes));
    message.sent();
    if (!is_up && !world.is_link_up_) world.tell_link_lost(slot);
  });
}

void Node::read(const std::string&, Read done) {
  world.after(world.delay(), [this, done = std::move(done)] {
    if (!is_alive) return;
    const auto answer = is_record_reachable ? z::Result<GuestRecord>{world.record} : z::failure("volume unreachable");
    world.after(world.delay(), [this, done, answer] {
      if (is_alive) done(answer);
    });
  });
}

void Node::compare_and_set(const std::string&, GuestRecord expected, GuestRecord desired, Swapped done) {
  world.after(world.delay(), [this, expected, desired, done = std::move(done)] {
    if (!is_alive) return;
    const auto fault =
        is_record_reachable ? std::exchange(world.next_swap, RecordFault::none) : RecordFault::unknown_not_written;
    cp::api::Swap answer{SwapOutcome::unknown, {}};
    if (fault != RecordFault::unknown_not_written) {
      const bool is_match = world.record == expected;
      if (is_match) world.record = desired;
      if (fault == RecordFault::none)
        answer = {is_match ? SwapOutcome::swapped : SwapOutcome::mismatched, world.record};
    }
    world.after(world.delay(), [this, done, answer] {
      if (is_alive) done(answer);
    });
  });
}

World::World(std::uint64_t seed, unsigned pages, Settings settings) : random_(seed) {
  for (const auto slot : {source, destination}) nodes_.emplace(slot, std::make_unique<Node>(*this, slot, settings));
  node(source).log_on(pages);
  shadow.resize(pages * z::page_size);
  for (unsigned page = 0; page < pages; page += 2) write_page(*node(source).image, page);
  guest_writes();
}

Nanoseconds World::delay() { return is_jittery ? 20us + Nanoseconds{random(400'000)} : 100us; }

void World::at(Nanoseconds time, std::function<void()> event) {
  events_.emplace(std::pair{time, next_event_++}, std::move(event));
}

void World::run_for(Nanoseconds time) {
  const Nanoseconds end = clock.now() + time;
  while (!events_.empty() && events_.begin()->first.first <= end) {
    clock.set(events_.begin()->first.first);
    const auto event = std::move(events_.begin()->second);
    events_.erase(events_.begin());
    event();
    check_invariants();
    if (on_step) on_step(steps);
    ++steps;
  }
  clock.set(end);
}

void World::start(Limits limits) {
  Node& from = node(node(source).guest ? source : destination);
  if (!from.is_alive || !from.guest) return;
  MoveRequest request{
      .userid = "LINUX01", .to = other(from.slot), .issuer = "OPERATOR", .forces = {}, .limits = limits};
  MoveObserver observer{.started = [] {},
                        .refused = [this](std::vector<std::string> lines) { refused = std::move(lines); },
                        .progress = [](const Report& report) { static_cast<void>(report.status_word()); },
                        .ended = [this](const Report& report) { ended.push_back(report); }};
  static_cast<void>(from.relocations.move(std::move(request), std::move(observer)));
}

void World::deliver(MemberSlot to, std::vector<std::byte> bytes) {
  if (is_deaf) return;
  if (++messages_ == damage_message) bytes[random(std::min<std::size_t>(bytes.size(), 40))] ^= std::byte{4};
  auto& last = last_arrival_[to];
  last = std::max(last + 1ns, clock.now() + delay());
  at(last, [this, to, generation = link_generation_, bytes = std::move(bytes)] {
    if (generation == link_generation_ && node(to).is_alive) node(to).relocations.message(other(to), bytes);
  });
}

void World::tell_link_lost(MemberSlot member) {
  after(delay(), [this, member] {
    if (node(member).is_alive) node(member).relocations.link_lost(other(member));
  });
}

void World::cut(Nanoseconds down_for) {
  is_link_up_ = false;
  ++link_generation_;
  const auto generation = ++cut_generation_;
  for (const auto slot : {source, destination}) tell_link_lost(slot);
  // The link comes back only when both ends know that it was lost.
  after(std::max<Nanoseconds>(down_for, 2ms), [this, generation] {
    if (generation == cut_generation_) is_link_up_ = node(source).is_alive && node(destination).is_alive;
  });
}

void World::kill(MemberSlot member) {
  if (!node(member).is_alive) return;
  node(member).is_alive = false;
  const bool is_others =
      record.owner == other(member) || (record.peer == other(member) && record.state != GuestState::running);
  must_survive = node(other(member)).has_complete_image() && is_others;
  // An image of the source that is still running, or parked before the record moved on, is the guest itself.
  cut(1h);
  after(7s, [this, member] {
    down.insert(member);
    if (node(other(member)).is_alive) node(other(member)).relocations.member_down(member);
  });
}

void World::lose_record(MemberSlot member, Nanoseconds time) {
  Node& lost = node(member);
  if (!lost.is_record_reachable) return;
  lost.is_record_reachable = false;
  if (time > 5s) after(5s, [&lost] { lost.is_fenced = !lost.is_record_reachable; });
  if (time > 7s)
    after(7s, [this, &lost, member] {
      if (lost.is_record_reachable) return;
      down.insert(member);
      if (node(other(member)).is_alive) node(other(member)).relocations.member_down(member);
    });
  after(time, [this, &lost, member] {
    lost.is_record_reachable = true;
    lost.is_fenced = false;
    if (lost.is_alive) down.erase(member);
  });
}

void World::end_faults() {
  next_swap = RecordFault::none;
  damage_message = 0;
  on_step = nullptr;
}

unsigned World::running() const {
  return static_cast<unsigned>(
      std::ranges::count_if(nodes_, [](const auto& entry) { return entry.second->runs_guest(); }));
}

void World::check_invariants() {
  if (running() > 1) violations.push_back(fmt::format("the guest runs on two members at step {}", steps));
}

void World::check(const Image& image, const char* when) {
  if (image.bytes != shadow) violations.push_back(fmt::format("memory differs at {}, step {}", when, steps));
}

void World::write_page(Image& image, std::uint64_t page) {
  std::byte* const at = image.bytes.data() + page * z::page_size;
  std::memset(at, 0, z::page_size);
  if (random(4) != 0) {
    ++written_;
    std::memcpy(at + random(z::page_size - 8), &written_, 8);
  }
  std::memcpy(shadow.data() + page * z::page_size, at, z::page_size);
  if (image.is_tracked) image.dirty.insert(page);
}

void World::guest_writes() {
  after(write_interval, [this] {
    for (const auto& [slot, node] : nodes_)
      for (unsigned i = 0; i < writes_at_once && node->runs_guest(); ++i)
        write_page(*node->image, random(shadow.size() / z::page_size));
    guest_writes();
  });
}

}  // namespace lgr::test
