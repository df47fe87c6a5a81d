#include "channel/subsystem.h"

#include <algorithm>
#include <set>

#include "channel/debug/debugger.h"
#include "channel/parts.h"
#include "channel/subchannel.h"

namespace channel {
namespace {

constexpr std::size_t most_reports = 32;  // then one is lost, and the next says so

}  // namespace

Subsystem::Subsystem(cpu::Storage& storage, const z::Clock& clock, Options options)
    : options_(std::move(options)), debugger_(std::make_unique<IoDebugger>(*this)), parts_(std::make_unique<Parts>(storage, clock, options_.threads)) {}

// Devices go while there still is a subsystem for their last calls.
Subsystem::~Subsystem() {
  for (const auto& subchannel : subchannels()) subchannel->detach();
}

z::Result<SubchannelId> Subsystem::attach(z::DeviceNumber number, std::unique_ptr<Device> device, std::vector<z::Chpid> paths,
                                          std::uint8_t set) {
  if (set >= subchannel_sets) return z::failure("device {:04X}: subchannel set {}, 0 to {} possible", number.value, set, subchannel_sets - 1);
  if (find(number)) return z::failure("device number {:04X} is in use", number.value);
  if (paths.empty() || paths.size() > 8) return z::failure("device {:04X}: {} channel paths, 1 to 8 possible", number.value, paths.size());
  const Shared shared{parts_->storage, parts_->pool, parts_->interruptions, parts_->trace, parts_->monitor, parts_->gate, parts_->address_limit, options_.interruption_pending};
  std::shared_ptr<Subchannel> subchannel;
  SubchannelId given{.set = set};
  {
    z::Lock lock{lock_};
    auto& all = sets_[set];
    auto place = std::ranges::find(all, nullptr);
    if (place == all.end()) place = all.insert(place, nullptr);
    given.number = z::SubchannelNumber{static_cast<std::uint16_t>(place - all.begin())};
    *place = subchannel = std::make_shared<Subchannel>(shared, given, number, std::move(device), paths);
  }
  subchannel->connect();
  report(given);
  return given;
}

z::Result<> Subsystem::detach(z::DeviceNumber number) {
  const auto subchannel = find(number);
  if (!subchannel) return z::failure("no device {:04X}", number.value);
  subchannel->detach();
  report(subchannel->id());
  return {};
}

Device* Subsystem::device(z::DeviceNumber number) {
  const auto subchannel = find(number);
  return subchannel ? subchannel->device() : nullptr;
}

std::optional<SubchannelId> Subsystem::subchannel_of(z::DeviceNumber number) const {
  const auto subchannel = find(number);
  if (!subchannel) return std::nullopt;
  return subchannel->id();
}

std::vector<z::DeviceNumber> Subsystem::devices() const {
  std::vector<z::DeviceNumber> numbers;
  for (const auto& subchannel : subchannels())
    if (subchannel->has_device()) numbers.push_back(subchannel->device_number());
  return numbers;
}

std::vector<z::Chpid> Subsystem::channel_paths() const {
  std::set<std::uint8_t> found;
  for (const auto& subchannel : subchannels()) {
    Schib schib{};
    if (subchannel->store(schib) != Answer::cc0) continue;
    for (unsigned path = 0; path < schib.pmcw.chpid.size(); ++path)
      if ((schib.pmcw.path_installed_mask & 0x80 >> path) != 0) found.insert(schib.pmcw.chpid[path]);
  }
  std::vector<z::Chpid> paths;
  for (const auto number : found) paths.push_back(z::Chpid{number});
  return paths;
}

z::Result<> Subsystem::vary(z::Chpid path, PathState state) {
  bool is_known = false;
  for (const auto& subchannel : subchannels()) is_known = subchannel->vary(path, state) || is_known;
  if (!is_known) return z::failure("no device has channel path {:02X}", path.value);
  report(channel_report::source_channel_path | path.value |
         (state == PathState::available ? channel_report::initialized : channel_report::permanent_error));
  return {};
}

void Subsystem::reset() {
  parts_->monitor.reset();
  for (const auto& subchannel : subchannels()) subchannel->reset();
  parts_->address_limit = 0;
  sets_enabled_ = false;
  z::Lock lock{lock_};
  for (auto& set : sets_)
    for (auto& subchannel : set)
      if (subchannel && !subchannel->has_device()) subchannel = nullptr;
  reports_.clear();
}

std::shared_ptr<Subchannel> Subsystem::find(SubchannelId id) const {
  z::Lock lock{lock_};
  const auto& set = sets_[id.set];
  return id.number.value < set.size() ? set[id.number.value] : nullptr;
}

std::shared_ptr<Subchannel> Subsystem::find(z::DeviceNumber number) const {
  for (const auto& subchannel : subchannels())
    if (subchannel->device_number() == number && subchannel->has_device()) return subchannel;
  return nullptr;
}

std::vector<std::shared_ptr<Subchannel>> Subsystem::subchannels() const {
  z::Lock lock{lock_};
  SubchannelSet all;
  for (const auto& set : sets_) std::ranges::copy_if(set, std::back_inserter(all), [](const auto& subchannel) { return subchannel != nullptr; });
  return all;
}

template <class Function>
Answer Subsystem::at(std::uint32_t ssid, Function function) const {
  const auto id = SubchannelId::from(ssid);
  if (!id || (id->set != 0 && !sets_enabled_.load(std::memory_order_relaxed))) return Answer::operand_exception;
  const auto subchannel = find(*id);
  return subchannel ? function(*subchannel) : Answer::cc3;
}

Answer Subsystem::start(std::uint32_t ssid, const Orb& orb) {
  return at(ssid, [&](Subchannel& subchannel) { return subchannel.start(orb); });
}
Answer Subsystem::start_by_caller(std::uint32_t ssid, const Orb& orb) {
  return at(ssid, [&](Subchannel& subchannel) { return subchannel.start_by_caller(orb); });
}
Answer Subsystem::resume(std::uint32_t ssid) {
  return at(ssid, [](Subchannel& subchannel) { return subchannel.resume_function(); });
}
Answer Subsystem::halt(std::uint32_t ssid) {
  return at(ssid, [](Subchannel& subchannel) { return subchannel.halt(); });
}
Answer Subsystem::clear(std::uint32_t ssid) {
  return at(ssid, [](Subchannel& subchannel) { return subchannel.clear(); });
}
Answer Subsystem::cancel(std::uint32_t ssid) {
  return at(ssid, [](Subchannel& subchannel) { return subchannel.cancel(); });
}
Answer Subsystem::store(std::uint32_t ssid, Schib& schib) const {
  return at(ssid, [&](const Subchannel& subchannel) { return subchannel.store(schib); });
}
Answer Subsystem::modify(std::uint32_t ssid, const Schib& schib) {
  return at(ssid, [&](Subchannel& subchannel) { return subchannel.modify(schib); });
}
Answer Subsystem::test(std::uint32_t ssid, Irb& irb) const {
  return at(ssid, [&](const Subchannel& subchannel) { return subchannel.test(irb); });
}
void Subsystem::clear_status(std::uint32_t ssid) {
  at(ssid, [](Subchannel& subchannel) { return subchannel.clear_status(), Answer::cc0; });
}

std::optional<PendingInterruption> Subsystem::pending_interruption(std::uint8_t isc_mask) const {
  return parts_->interruptions.first(isc_mask);
}
std::optional<PendingInterruption> Subsystem::take_interruption(std::uint8_t isc_mask) {
  return parts_->interruptions.take(isc_mask);
}

void Subsystem::report(std::uint32_t channel_report_word, std::uint32_t chained) {
  {
    z::Lock lock{lock_};
    if (reports_.size() >= most_reports) {
      reports_.back() |= channel_report::overflow;
      return;
    }
    reports_.push_back(channel_report_word | (chained != 0 ? channel_report::chained : 0));
    if (chained != 0) reports_.push_back(chained);
  }
  if (options_.channel_report_pending) options_.channel_report_pending();
}

// A second word tells the subchannel set, once the program knows of sets. Before that it knows of none but the first.
void Subsystem::report(SubchannelId subchannel) {
  constexpr auto what = channel_report::source_subchannel | channel_report::parameters_initialized;
  constexpr unsigned set_shift = 4;
  if (sets_enabled_.load(std::memory_order_relaxed)) report(what | subchannel.number.value, what | static_cast<std::uint32_t>(subchannel.set) << set_shift);
  else if (subchannel.set == 0) report(what | subchannel.number.value);
}

std::uint32_t Subsystem::take_channel_report() {
  z::Lock lock{lock_};
  if (reports_.empty()) return 0;
  const auto word = reports_.front();
  reports_.pop_front();
  return word;
}

Answer Subsystem::set_monitor(std::uint64_t control, std::uint64_t origin) { return parts_->monitor.set(control, origin); }

// PoP ch. 14, "SET ADDRESS LIMIT": bits 33-47 of the register, the rest of its right half is zeros.
Answer Subsystem::set_address_limit(std::uint64_t limit) {
  constexpr std::uint64_t must_be_zero = 0x8000'FFFF;
  const auto word = limit & 0xFFFF'FFFF;
  if ((word & must_be_zero) != 0) return Answer::operand_exception;
  parts_->address_limit.store(word, std::memory_order_relaxed);
  return Answer::cc0;
}

Answer Subsystem::reset_path(std::uint32_t path) {
  constexpr std::uint32_t highest = 0xFF;
  if (path > highest) return Answer::operand_exception;
  const z::Chpid chpid{static_cast<std::uint8_t>(path)};
  std::shared_ptr<PathReset> reset;
  {
    z::Lock lock{lock_};
    auto& last = path_resets_[chpid.value];
    if (!last.expired()) return Answer::cc2;
    // Told only if the path is there.
    reset = std::make_shared<PathReset>();
    last = reset;
  }
  bool is_known = false;
  for (const auto& subchannel : subchannels()) is_known = subchannel->reset_path(chpid, reset) || is_known;
  if (!is_known) return Answer::cc3;
  reset->report_with([this, path] { report(channel_report::solicited | channel_report::source_channel_path | channel_report::initialized | path); });
  return Answer::cc0;
}

cpu::Storage& Subsystem::storage() { return parts_->storage; }
void Subsystem::set_gate(Gate* gate) { parts_->gate.store(gate, std::memory_order_release); }
void Subsystem::release(z::DeviceNumber number) {
  if (const auto subchannel = find(number)) subchannel->leave_gate();
}

void Subsystem::quiesce() { parts_->pool.pause(); }
void Subsystem::continue_io() {
  parts_->pool.go_on();
  for (const auto& subchannel : subchannels()) subchannel->wake();
}

IoTrace& Subsystem::trace() { return parts_->trace; }

}  // namespace channel
