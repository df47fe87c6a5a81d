#include "cp/volume/layout.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace cp {
namespace {

struct TypeCode {
  AllocationType type;
  std::string_view name;
  std::uint8_t flags;
};
constexpr auto types = std::to_array<TypeCode>({
    {AllocationType::perm, "PERM", 0x80},
    {AllocationType::directory, "DRCT", 0x40},
    {AllocationType::temporary, "TDSK", 0x20},
    {AllocationType::page, "PAGE", 0x10},
    {AllocationType::spool, "SPOL", 0x08},
    {AllocationType::parm, "PARM", 0x04},
});

struct AllocationHeader {
  std::uint8_t all_types;  // OR of the flags in use
  std::uint8_t availability;
  z::be16 cylinders;  // extent form: X'8000' and the number of extents
  std::uint8_t reserved[8];
  std::uint8_t status;
  std::uint8_t reserved_2[3];
};
static_assert(sizeof(AllocationHeader) == 16 && offsetof(AllocationHeader, status) == 0x0C);

struct ExtentEntry {
  z::be32 start, end;
  std::uint8_t flags;
  std::uint8_t reserved[3];
};
static_assert(sizeof(ExtentEntry) == 12);

constexpr std::uint16_t extent_form = 0x8000;
constexpr std::size_t most_mapped_cylinders = cp_block - sizeof(AllocationHeader);
constexpr std::size_t most_extents = most_mapped_cylinders / sizeof(ExtentEntry);

std::uint8_t flags_of(AllocationType type) { return std::ranges::find(types, type, &TypeCode::type)->flags; }

z::Result<AllocationType> type_of(std::uint8_t flags) {
  const auto found = std::ranges::find(types, flags, &TypeCode::flags);
  if (found == types.end()) return z::failure("allocation record: X'{:02X}' is not a type of space", flags);
  return found->type;
}

void append(std::vector<Allocation>& allocations, AllocationType type, CylinderRange cylinders) {
  if (!allocations.empty() && allocations.back().type == type && allocations.back().cylinders.last + 1 == cylinders.first)
    allocations.back().cylinders.last = cylinders.last;
  else
    allocations.push_back({type, cylinders});
}

template <class T>
T load(std::span<const std::byte> bytes, std::size_t at) {
  T result;
  std::memcpy(&result, &bytes[at], sizeof result);
  return result;
}

z::Result<std::vector<Allocation>> decode_map(std::span<const std::byte> record, std::size_t cylinders) {
  if (cylinders > most_mapped_cylinders) return z::failure("allocation record: {} cylinders do not fit", cylinders);
  std::vector<Allocation> allocations;
  for (std::uint32_t cylinder = 0; cylinder < cylinders; ++cylinder) {
    const auto flags = std::to_integer<std::uint8_t>(record[sizeof(AllocationHeader) + cylinder]);
    append(allocations, Z_TRY(type_of(flags)), {cylinder, cylinder});
  }
  return allocations;
}

z::Result<std::vector<Allocation>> decode_extents(std::span<const std::byte> record, std::size_t count) {
  if (count > most_extents) return z::failure("allocation record: {} extents do not fit", count);
  std::vector<Allocation> allocations;
  for (std::size_t i = 0; i < count; ++i) {
    const auto entry = load<ExtentEntry>(record, sizeof(AllocationHeader) + i * sizeof(ExtentEntry));
    append(allocations, Z_TRY(type_of(entry.flags)), {entry.start, entry.end});
  }
  return allocations;
}

}  // namespace

std::optional<AllocationType> allocation_type(std::string_view name) {
  const auto found = std::ranges::find(types, upper(name), &TypeCode::name);
  if (found == types.end()) return std::nullopt;
  return found->type;
}

std::string_view allocation_name(AllocationType type) { return std::ranges::find(types, type, &TypeCode::type)->name; }

std::optional<LabelContents> decode_label(std::span<const std::byte> record_3_data) {
  if (dasd3390::volser_of_label(record_3_data).empty()) return std::nullopt;
  const auto label = load<CpLabel>(record_3_data, 0);
  LabelContents contents;
  contents.volume = label.volser.text();
  contents.is_cp_volume = label.cp_volume == z::EbcdicText<5>::of("CPVOL");
  if (contents.is_cp_volume) contents.owner = {label.ssi_owner.text(), label.system_owner.text()};
  return contents;
}

CpLabel make_cp_label(std::string_view volume, const OwnerMark& owner) {
  CpLabel label{};
  label.id = z::EbcdicText<4>::of("VOL1");
  label.volser = z::EbcdicText<6>::of(volume);
  label.security = z::to_ebcdic('0');
  label.vtoc = {dasd3390::Cchh::of({0, 0}), vtoc_record};
  label.blanks_1 = z::EbcdicText<20>::of("");
  label.cp_volume = z::EbcdicText<5>::of("CPVOL");
  label.ssi_owner = z::EbcdicName::of(owner.ssi);
  label.system_owner = z::EbcdicName::of(owner.system);
  label.blanks_2 = z::EbcdicText<13>::of("");
  return label;
}

std::vector<std::byte> encode_allocations(std::span<const Allocation> allocations, std::uint32_t cylinders) {
  std::vector<std::byte> record(cp_block);
  AllocationHeader header{};
  const bool is_map = cylinders <= most_mapped_cylinders;
  header.cylinders = static_cast<std::uint16_t>(is_map ? cylinders : extent_form | allocations.size());
  auto* const body = record.data() + sizeof header;
  for (std::size_t i = 0; i < allocations.size(); ++i) {
    const auto [type, range] = allocations[i];
    const auto flags = flags_of(type);
    header.all_types |= flags;
    const ExtentEntry entry{range.first, range.last, flags, {}};
    if (is_map) std::memset(body + range.first, flags, range.count());
    else std::memcpy(body + i * sizeof entry, &entry, sizeof entry);
  }
  std::memcpy(record.data(), &header, sizeof header);
  return record;
}

z::Result<std::vector<Allocation>> decode_allocations(std::span<const std::byte> record) {
  if (record.size() < cp_block) return z::failure("allocation record: {} bytes where {} are needed", record.size(), cp_block);
  const std::uint16_t form = load<AllocationHeader>(record, 0).cylinders;
  if ((form & extent_form) == 0) return decode_map(record, form);
  return decode_extents(record, form & ~extent_form);
}

std::vector<Allocation> with_allocation(std::vector<Allocation> allocations, const Allocation& change) {
  std::vector<Allocation> pieces;
  const auto [first, last] = change.cylinders;
  for (const auto& old : allocations) {
    if (old.cylinders.first < first) pieces.push_back({old.type, {old.cylinders.first, std::min(old.cylinders.last, first - 1)}});
    if (old.cylinders.last > last) pieces.push_back({old.type, {std::max(old.cylinders.first, last + 1), old.cylinders.last}});
  }
  pieces.push_back(change);
  std::ranges::sort(pieces, {}, [](const Allocation& piece) { return piece.cylinders.first; });
  std::vector<Allocation> result;
  for (const auto& piece : pieces) append(result, piece.type, piece.cylinders);
  return result;
}

}  // namespace cp
