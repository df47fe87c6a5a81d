#include "channel/subsystem.h"

#include <algorithm>
#include <set>

#include "channel/debug/debugger.h"
#include "channel/parts.h"
#include "channel/subchannel.h"

namespace channel {
namespace {

constexpr std::size_t most_reports = 32;  // then one is lost, and the next says so

constexpr std::uint32_t subchannel_report(z::SubchannelNumber number) {
  return channel_report::source_subchannel | channel_report::parameters_initialized | number.value;
}

// The word that names a subchannel: X'0001' and its number (PoP ch. 14).
constexpr bool is_identification(std::uint32_t ssid) { return ssid >> 16 == 1; }

}  // namespace

Subsystem::Subsystem(cpu::Storage& storage, const z::Clock& clock, Options options)
    : options_(std::move(options)), debugger_(std::make_unique<IoDebugger>(*this)), parts_(std::make_unique<Parts>(storage, clock, options_.threads)) {}

// Devices go while there still is a subsystem for their last calls.
Subsystem::~Subsystem() {
  for (const auto& subchannel : subchannels()) subchannel->detach();
}

z::Result<z::SubchannelNumber> Subsystem::attach(z::DeviceNumber number, std::unique_ptr<Device> device,
                                                 std::vector<z::Chpid> paths) {
  if (find(number)) return z::failure("device number {:04X} is in use", number.value);
  if (paths.empty() || paths.size() > 8) return z::failure("device {:04X}: {} channel paths, 1 to 8 possible", number.value, paths.size());
  const Shared shared{parts_->storage, parts_->pool, parts_->interruptions, parts_->trace, parts_->monitor, parts_->gate, options_.interruption_pending};
  std::shared_ptr<Subchannel> subchannel;
  z::SubchannelNumber given;
  {
    z::Lock lock{lock_};
    auto place = std::ranges::find(subchannels_, nullptr);
    if (place == subchannels_.end()) place = subchannels_.insert(place, nullptr);
    given = z::SubchannelNumber{static_cast<std::uint16_t>(place - subchannels_.begin())};
    *place = subchannel = std::make_shared<Subchannel>(shared, given, number, std::move(device), paths);
  }
  subchannel->connect();
  report(subchannel_report(given));
  return given;
}

z::Result<> Subsystem::detach(z::DeviceNumber number) {
  const auto subchannel = find(number);
  if (!subchannel) return z::failure("no device {:04X}", number.value);
  subchannel->detach();
  report(subchannel_report(subchannel->number()));
  return {};
}

Device* Subsystem::device(z::DeviceNumber number) {
  const auto subchannel = find(number);
  return subchannel ? subchannel->device() : nullptr;
}

std::optional<z::SubchannelNumber> Subsystem::subchannel_of(z::DeviceNumber number) const {
  const auto subchannel = find(number);
  if (!subchannel) return std::nullopt;
  return subchannel->number();
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
  z::Lock lock{lock_};
  for (auto& subchannel : subchannels_)
    if (subchannel && !subchannel->has_device()) subchannel = nullptr;
  reports_.clear();
}

std::shared_ptr<Subchannel> Subsystem::find(std::uint32_t ssid) const {
  z::Lock lock{lock_};
  const auto number = ssid & 0xFFFF;
  return number < subchannels_.size() ? subchannels_[number] : nullptr;
}

std::shared_ptr<Subchannel> Subsystem::find(z::DeviceNumber number) const {
  for (const auto& subchannel : subchannels())
    if (subchannel->device_number() == number && subchannel->has_device()) return subchannel;
  return nullptr;
}

std::vector<std::shared_ptr<Subchannel>> Subsystem::subchannels() const {
  z::Lock lock{lock_};
  auto all = subchannels_;
  std::erase(all, nullptr);
  return all;
}

template <class Function>
Answer Subsystem::at(std::uint32_t ssid, Function function) const {
  if (!is_identification(ssid)) return Answer::operand_exception;
  const auto subchannel = find(ssid);
  return subchannel ? function(*subchannel) : Answer::cc3;
}

Answer Subsystem::start(std::uint32_t ssid, const Orb& orb) {
  return at(ssid, [&](Subchannel& subchannel) { return subchannel.start(orb); });
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
  if (const auto subchannel = find(ssid)) subchannel->clear_status();
}

std::optional<PendingInterruption> Subsystem::pending_interruption(std::uint8_t isc_mask) const {
  return parts_->interruptions.first(isc_mask);
}
std::optional<PendingInterruption> Subsystem::take_interruption(std::uint8_t isc_mask) {
  return parts_->interruptions.take(isc_mask);
}

void Subsystem::report(std::uint32_t channel_report_word) {
  {
    z::Lock lock{lock_};
    if (reports_.size() == most_reports) {
      reports_.back() |= channel_report::overflow;
      return;
    }
    reports_.push_back(channel_report_word);
  }
  if (options_.channel_report_pending) options_.channel_report_pending();
}

std::uint32_t Subsystem::take_channel_report() {
  z::Lock lock{lock_};
  if (reports_.empty()) return 0;
  const auto word = reports_.front();
  reports_.pop_front();
  return word;
}

Answer Subsystem::set_monitor(std::uint64_t control, std::uint64_t origin) { return parts_->monitor.set(control, origin); }

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
