#include "channel/interruption_queue.h"

#include <algorithm>
#include <bit>

namespace channel {

void InterruptionQueue::add(SubchannelId subchannel, std::uint8_t isc, std::uint32_t parameter) {
  z::Lock lock{lock_};
  auto& queue = classes_[isc];
  if (std::ranges::find(queue, subchannel, &Entry::subchannel) == queue.end()) queue.push_back({subchannel, parameter});
  update_mask();
}

void InterruptionQueue::remove(SubchannelId subchannel) {
  z::Lock lock{lock_};
  for (auto& queue : classes_) std::erase_if(queue, [&](const Entry& entry) { return entry.subchannel == subchannel; });
  update_mask();
}

bool InterruptionQueue::contains(SubchannelId subchannel) const {
  z::Lock lock{lock_};
  return std::ranges::any_of(classes_, [&](const auto& queue) {
    return std::ranges::find(queue, subchannel, &Entry::subchannel) != queue.end();
  });
}

void InterruptionQueue::clear() {
  z::Lock lock{lock_};
  for (auto& queue : classes_) queue.clear();
  update_mask();
}

std::optional<PendingInterruption> InterruptionQueue::first(std::uint8_t isc_mask) const {
  if ((mask_.load() & isc_mask) == 0) return std::nullopt;
  z::Lock lock{lock_};
  const auto isc = first_class(isc_mask);
  if (!isc) return std::nullopt;
  const Entry& entry = classes_[*isc].front();
  return PendingInterruption{entry.subchannel.word(), entry.parameter, *isc << 27};
}

std::optional<PendingInterruption> InterruptionQueue::take(std::uint8_t isc_mask) {
  if ((mask_.load() & isc_mask) == 0) return std::nullopt;
  z::Lock lock{lock_};
  const auto isc = first_class(isc_mask);
  if (!isc) return std::nullopt;
  const Entry entry = classes_[*isc].front();
  classes_[*isc].pop_front();
  update_mask();
  return PendingInterruption{entry.subchannel.word(), entry.parameter, *isc << 27};
}

std::optional<unsigned> InterruptionQueue::first_class(std::uint8_t isc_mask) const {
  const auto eligible = static_cast<std::uint8_t>(mask_.load() & isc_mask);
  if (eligible == 0) return std::nullopt;
  return static_cast<unsigned>(std::countl_zero(eligible));
}

void InterruptionQueue::update_mask() {
  unsigned mask = 0;
  for (unsigned isc = 0; isc < classes_.size(); ++isc)
    if (!classes_[isc].empty()) mask |= 0x80U >> isc;
  mask_ = static_cast<std::uint8_t>(mask);
}

}  // namespace channel
