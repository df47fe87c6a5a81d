#include <algorithm>

#include "cpu/cpu.h"
#include "cpu/dat.h"
#include "cpu/prefix.h"
#include "cpu/storage.h"
#include "cpu/storage_key.h"

namespace cpu {

enum class AccessType : std::uint8_t { fetch, store };

namespace {

// Translation-exception identification (PoP ch. 6, "Assigned Storage Locations", real 168-175).
constexpr std::uint64_t teid_fetch = 0x800, teid_store = 0x400;

constexpr std::uint64_t low_pages_end = 8192;

constexpr bool overlaps(std::uint64_t address, std::uint64_t length, std::uint64_t start, std::uint64_t end) {
  return address < end && address + length > start;
}

constexpr std::uint64_t left_in_page(std::uint64_t address) { return z::page_size - address % z::page_size; }

}  // namespace

void Cpu::refuse(Context context, std::uint64_t address, AccessType type, Pic code, std::uint64_t teid_bits) {
  const ContextMeaning& meaning = tlb_.meaning(context);
  const std::uint64_t space = meaning.real ? 0 : static_cast<std::uint64_t>(meaning.space);
  exception_ = {.code = code,
                .exception_access = meaning.access_register,
                .translation_exception = (address & page_mask) | space | teid_bits |
                                         (type == AccessType::store ? teid_store : teid_fetch)};
}

bool Cpu::is_private(Context context) const {
  const ContextMeaning& meaning = tlb_.meaning(context);
  return !meaning.real && (meaning.asce & asce::private_space) != 0;
}

// PoP ch. 3, "Low-Address Protection".
bool Cpu::is_low_protected(Context context, std::uint64_t address, std::uint64_t length) const {
  if (address >= low_pages_end || !has_cr0_bit(35) || is_private(context)) return false;
  return overlaps(address, length, 0, 512) || overlaps(address, length, 4096, 4608);
}

std::uint64_t Cpu::frame_at(const std::byte* host) const {
  return static_cast<std::uint64_t>(host - storage_.host({0})) / z::page_size;
}

Access<Cpu::Located> Cpu::locate(Context context, std::uint64_t address, AccessType type) {
  const ContextMeaning& meaning = tlb_.meaning(context);
  Translation translation{{address}};
  if (meaning.refused != Pic::none) {
    refuse(context, address, type, meaning.refused);
    return Access<Located>::refused();
  }
  if (!meaning.real) {
    const auto found = translate(storage_, meaning.asce, address, translation_options());
    if (!found) {
      refuse(context, address, type, found.error().code);
      return Access<Located>::refused();
    }
    translation = *found;
  }
  const auto absolute = apply_prefix(translation.real, prefix_);
  if (!storage_.contains(absolute, 1)) {
    refuse(context, address, type, Pic::addressing);
    return Access<Located>::refused();
  }
  if (meaning.for_instructions && translation.execution_protected) {
    refuse(context, address, type, Pic::protection, teid_of(ProtectedBy::instruction_execution));
    return Access<Located>::refused();
  }
  if (meaning.fetch_only && type == AccessType::store) {
    refuse(context, address, type, Pic::protection, teid_of(ProtectedBy::access_list));
    return Access<Located>::refused();
  }
  const std::uint8_t key = storage_.key(z::frame_of(absolute));
  return Located{absolute.value, translation.storage_key.value_or(key), translation.dat_protected};
}

TranslationOptions Cpu::translation_options() const {
  return {.edat_1 = has_cr0_bit(40), .edat_2 = has_cr0_bit(40) && model() >= Model::zec12};
}

// PoP ch. 6, "Enhanced Suppression on Protection": which protection it was. Facility 2 tells them all apart; before it one
// bit says that the address is valid and the instruction can be done again once the cause is gone.
std::uint64_t Cpu::teid_of(ProtectedBy cause) const {
  constexpr std::uint64_t bit_56 = 0x80, bit_60 = 8, bit_61 = 4;
  const bool is_detailed = model() >= Model::z14;
  switch (cause) {
    case ProtectedBy::low_address: return is_detailed ? bit_56 : 0;
    case ProtectedBy::key: return is_detailed ? bit_60 : bit_61;
    case ProtectedBy::access_list: return is_detailed ? bit_60 | bit_61 : bit_61;
    case ProtectedBy::dat: return bit_61;
    case ProtectedBy::instruction_execution: return bit_56 | bit_61;
  }
  return 0;
}

Access<std::byte*> Cpu::fill_fetch(Context context, std::uint64_t address, std::uint64_t length) {
  const auto located = locate(context, address, AccessType::fetch);
  if (!located) return Access<std::byte*>::refused();
  const z::AbsoluteAddress absolute{located.value().absolute};
  std::byte* const host = storage_.host(absolute);
  storage_.mark_referenced(z::frame_of(absolute));
  if (!key_allows_fetch(located.value().key, tlb_.meaning(context).key)) {
    // PoP ch. 3, "Fetch-Protection-Override Control". It covers half a page, so there is no tag.
    if (has_cr0_bit(38) && address + length <= 2048 && !is_private(context)) return host;
    refuse(context, address, AccessType::fetch, Pic::protection, teid_of(ProtectedBy::key));
    return Access<std::byte*>::refused();
  }
  if (debug_ != nullptr && debug_->points.watches_page_of(address)) [[unlikely]] {
    note_watched(address, length, false);
    return host;
  }
  if (tlb_.meaning(context).counted) [[unlikely]] {
    transaction_->note_access(address, length, host);
    return host;
  }
  TlbEntry& entry = tlb_.entry(address);
  const std::uint64_t tag = (address & page_mask) | context;
  const auto addend = reinterpret_cast<std::uintptr_t>(host) - address;
  if (entry.addend != addend || (entry.write != tag && entry.checked_write != tag)) entry = {};
  entry.read = tag;
  entry.addend = addend;
  return host;
}

Access<std::byte*> Cpu::fill_store(Context context, std::uint64_t address, std::uint64_t length) {
  const auto located = locate(context, address, AccessType::store);
  if (!located) return Access<std::byte*>::refused();
  const z::AbsoluteAddress absolute{located.value().absolute};
  const z::FrameIndex frame = z::frame_of(absolute);
  const std::uint8_t key = located.value().key, access_key = tlb_.meaning(context).key;
  if (is_low_protected(context, address, length)) {
    refuse(context, address, AccessType::store, Pic::protection, teid_of(ProtectedBy::low_address));
    return Access<std::byte*>::refused();
  }
  // PoP ch. 3, "Storage-Protection-Override Control": storage of key 9 is open to all.
  const bool overridden = has_cr0_bit(39) && key >> 4 == 9;
  if (located.value().dat_protected || (!key_allows_store(key, access_key) && !overridden)) {
    const auto cause = located.value().dat_protected ? ProtectedBy::dat : ProtectedBy::key;
    refuse(context, address, AccessType::store, Pic::protection, teid_of(cause));
    return Access<std::byte*>::refused();
  }
  storage_.mark_changed(frame);
  if (tlb_.meaning(context).watched) {
    if (tlb_.meaning(context).counted) transaction_->note_access(address, length, storage_.host(absolute));
    watch_store(tlb_.meaning(context), address, storage_.host(absolute), length);
    if (debug_ != nullptr && debug_->points.watches_page_of(address)) note_watched(address, length, true);
    return storage_.host(absolute);
  }
  // Say that a tag may exist before looking for code: whoever makes the frame a code frame does it in the other order.
  auto& writers = blocks_.writers(frame.value);
  const std::uint64_t self = 1ull << address_;
  if ((writers.load(std::memory_order_seq_cst) & self) == 0) writers.fetch_or(self, std::memory_order_seq_cst);
  const bool checked = address < low_pages_end || blocks_.page(frame.value) != nullptr;

  std::byte* const host = storage_.host(absolute);
  if (debug_ != nullptr && debug_->points.watches_page_of(address)) [[unlikely]] {
    note_watched(address, length, true);
    return host;
  }
  TlbEntry& entry = tlb_.entry(address);
  const std::uint64_t tag = (address & page_mask) | context;
  entry = {.read = key_allows_fetch(key, access_key) ? tag : 0,
           .write = checked ? 0 : tag,
           .checked_write = checked ? tag : 0,
           .addend = reinterpret_cast<std::uintptr_t>(host) - address};
  return host;
}

std::expected<Translation, TranslationFault> Cpu::translate_operand(std::uint64_t asce, std::uint64_t address) const {
  return translate(storage_, asce, address, translation_options());
}

// PoP ch. 10, "TEST PROTECTION".
Access<std::uint8_t> Cpu::test_protection(Context context, std::uint64_t address) {
  const auto located = locate(context, address, AccessType::fetch);
  if (!located) {
    if (!nullifies(exception_.code)) return Access<std::uint8_t>::refused();
    take_exception();
    return 3;
  }
  const std::uint8_t key = located.value().key;
  const std::uint8_t access_key = tlb_.meaning(context).key;
  const bool fetch_overridden = has_cr0_bit(38) && address < 2048 && !is_private(context);
  if (!key_allows_fetch(key, access_key) && !fetch_overridden) return 2;
  const bool store_overridden = has_cr0_bit(39) && key >> 4 == 9;
  const bool may_store = !located.value().dat_protected && !tlb_.meaning(context).fetch_only && !is_low_protected(context, address, 1) &&
                         (key_allows_store(key, access_key) || store_overridden);
  return may_store ? 0 : 1;
}

Access<std::byte*> Cpu::absolute_store(z::AbsoluteAddress at, std::uint64_t length) {
  if (!storage_.contains(at, length)) {
    program_interruption(Pic::addressing);
    return Access<std::byte*>::refused();
  }
  const std::uint64_t frame = z::frame_of(at).value;
  storage_.mark_changed(z::frame_of(at));
  if (blocks_.page(frame) != nullptr) {
    blocks_.stored(frame, at.value % z::page_size, length);
    stored_ranges_.push_back({frame, at.value % z::page_size, length});
    attention_.post(Attention::stored);
  }
  return storage_.host(at);
}

Access<std::byte*> Cpu::locate_fetch(Context context, std::uint64_t address, std::uint64_t length) {
  const TlbEntry& entry = tlb_.entry(address);
  if (((address & page_mask) | context) == entry.read) return entry.host(address);
  return fill_fetch(context, address, length);
}

Access<std::byte*> Cpu::host_fetch_slow(Context context, std::uint64_t address, std::uint64_t length) {
  return fill_fetch(context, address, length);
}

// Host address for a store that the caller finishes by itself: nothing is said yet to the decoded code of the page.
Access<std::byte*> Cpu::locate_store(Context context, std::uint64_t address, std::uint64_t length) {
  const TlbEntry& entry = tlb_.entry(address);
  const std::uint64_t tag = (address & page_mask) | context;
  if (tag == entry.write) return entry.host(address);
  if (tag != entry.checked_write) return fill_store(context, address, length);
  if (is_low_protected(context, address, length)) {
    refuse(context, address, AccessType::store, Pic::protection, teid_of(ProtectedBy::low_address));
    return Access<std::byte*>::refused();
  }
  std::byte* const host = entry.host(address);
  if (address >= low_pages_end && blocks_.page(frame_at(host)) == nullptr)
    return fill_store(context, address, length);  // no longer a code frame
  return host;
}

// The bytes are written through the pointer later. Blocks that hold them end now, so that this CPU's next instruction is
// decoded anew; what another CPU decodes in between is found when the instruction has ended.
Access<std::byte*> Cpu::host_store_slow(Context context, std::uint64_t address, std::uint64_t length) {
  const auto located = locate_store(context, address, length);
  if (!located) return located;
  const std::uint64_t frame = frame_at(located.value());
  if (blocks_.page(frame) != nullptr) {
    blocks_.stored(frame, address % z::page_size, length);
    stored_ranges_.push_back({frame, address % z::page_size, length});
    attention_.post(Attention::stored);
  }
  return located;
}

void Cpu::recheck_stores() {
  for (const auto& range : stored_ranges_) blocks_.stored(range.frame, range.offset, range.length);
  stored_ranges_.clear();
}

Access<std::uint64_t> Cpu::fetch_slow(Context context, std::uint64_t address, unsigned length) {
  if (left_in_page(address) < length) {
    std::array<std::byte, 8> bytes{};
    if (!fetch_bytes_in(context, address, std::span{bytes}.last(length))) return Access<std::uint64_t>::refused();
    return z::be64::load(bytes.data());
  }
  const auto host = locate_fetch(context, address, length);
  if (!host) return Access<std::uint64_t>::refused();
  switch (length) {
    case 1: return cpu::host_load<std::uint8_t>(host.value());
    case 2: return cpu::host_load<std::uint16_t>(host.value());
    case 4: return cpu::host_load<std::uint32_t>(host.value());
    default: return cpu::host_load<std::uint64_t>(host.value());
  }
}

Access<> Cpu::store_slow(Context context, std::uint64_t address, std::uint64_t value, unsigned length) {
  if (left_in_page(address) < length) {
    std::array<std::byte, 8> bytes;
    z::be64::store(bytes.data(), value);
    return store_bytes_in(context, address, std::span{bytes}.last(length));
  }
  const auto host = locate_store(context, address, length);
  if (!host) return Access<>::refused();
  switch (length) {
    case 1: cpu::host_store(host.value(), static_cast<std::uint8_t>(value)); break;
    case 2: cpu::host_store(host.value(), static_cast<std::uint16_t>(value)); break;
    case 4: cpu::host_store(host.value(), static_cast<std::uint32_t>(value)); break;
    default: cpu::host_store(host.value(), value); break;
  }
  const std::uint64_t frame = frame_at(host.value());
  if (blocks_.page(frame) != nullptr) {
    std::atomic_thread_fence(std::memory_order_seq_cst);  // the bytes first, then the look at who decoded them
    blocks_.stored(frame, address % z::page_size, length);
  }
  return {};
}

Access<> Cpu::fetch_bytes_in(Context context, std::uint64_t address, std::span<std::byte> to) {
  const std::uint64_t first = std::min<std::uint64_t>(to.size(), left_in_page(address));
  if (to.empty()) return {};
  const auto front = locate_fetch(context, address, first);
  if (!front) return Access<>::refused();
  if (first < to.size()) {
    const auto back = locate_fetch(context, wrap(address + first), to.size() - first);
    if (!back) return Access<>::refused();
    z::copy_guest_bytes(to.data() + first, back.value(), to.size() - first);
  }
  z::copy_guest_bytes(to.data(), front.value(), first);
  return {};
}

Access<> Cpu::store_bytes_in(Context context, std::uint64_t address, std::span<const std::byte> from) {
  const std::uint64_t first = std::min<std::uint64_t>(from.size(), left_in_page(address));
  if (from.empty()) return {};
  const auto pointer_to = [&](std::uint64_t at, std::uint64_t length) {
    const TlbEntry& entry = tlb_.entry(at);
    if (((at & page_mask) | context) == entry.write) return Access<std::byte*>{entry.host(at)};
    return host_store_slow(context, at, length);
  };
  const auto front = pointer_to(address, first);
  if (!front) return Access<>::refused();
  if (first < from.size()) {
    const auto back = pointer_to(wrap(address + first), from.size() - first);
    if (!back) return Access<>::refused();
    z::copy_guest_bytes(back.value(), from.data() + first, from.size() - first);
  }
  z::copy_guest_bytes(front.value(), from.data(), first);
  return {};
}

Access<> Cpu::probe_fetch_in(Context context, std::uint64_t address, std::uint64_t length) {
  while (length != 0) {
    const std::uint64_t part = std::min(length, left_in_page(address));
    if (!locate_fetch(context, address, part)) return Access<>::refused();
    address = wrap(address + part);
    length -= part;
  }
  return {};
}

Access<> Cpu::probe_store_in(Context context, std::uint64_t address, std::uint64_t length) {
  while (length != 0) {
    const std::uint64_t part = std::min(length, left_in_page(address));
    if (!locate_store(context, address, part)) return Access<>::refused();
    address = wrap(address + part);
    length -= part;
  }
  return {};
}

}  // namespace cpu
