#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/be.h"
#include "base/ebcdic.h"
#include "base/result.h"
#include "cp/volume/ownership.h"
#include "dasd3390/label.h"

// The records of track 0/0 of a CP volume. Written by the tools of tools.h only, never by a running system.
//
//   1, 2  IPL records             4     allocation record: what each cylinder is for
//   3     VOL1 label with CPVOL   5, 6  VTOC: format 4, format 5 without free space
namespace cp {

inline constexpr std::uint8_t allocation_record = 4, vtoc_record = 5;
inline constexpr std::uint16_t cp_block = 4096;  // of every other track, and of the allocation record

// Where the owner marks stand is published nowhere; here they take bytes X'33' to X'42' of the label, which IBM's layout
// leaves blank. Blanks: no owner assigned. Only OwnerMark's readers and writers in this folder know the place.
struct CpLabel {
  z::EbcdicText<4> id;  // "VOL1"
  z::EbcdicText<6> volser;
  std::uint8_t security;
  dasd3390::Cchhr vtoc;
  std::uint8_t zeros_1[5];
  z::EbcdicText<20> blanks_1;
  std::uint8_t zeros_2[5];
  z::EbcdicText<5> cp_volume;  // "CPVOL"
  z::EbcdicName ssi_owner;
  z::EbcdicName system_owner;
  z::EbcdicText<13> blanks_2;
};
static_assert(sizeof(CpLabel) == 80 && offsetof(CpLabel, cp_volume) == 0x2E && offsetof(CpLabel, ssi_owner) == 0x33);

struct CylinderRange {
  std::uint32_t first = 0, last = 0;
  std::uint32_t count() const { return last - first + 1; }
  bool operator==(const CylinderRange&) const = default;
};

struct Allocation {
  AllocationType type = AllocationType::perm;
  CylinderRange cylinders;
  bool operator==(const Allocation&) const = default;
};

// What a label says. Nothing when the bytes are no VOL1 label.
struct LabelContents {
  std::string volume;
  bool is_cp_volume = false;
  OwnerMark owner;
};
std::optional<LabelContents> decode_label(std::span<const std::byte> record_3_data);
CpLabel make_cp_label(std::string_view volume, const OwnerMark& owner);

// The allocation record: one byte a cylinder (ALOC) as long as they fit behind the header, else extents (ALOCEXT). The
// bits of the types other than X'80' allocated and X'40' DRCT are published nowhere and chosen here; so is the size of
// an extent entry.
std::vector<std::byte> encode_allocations(std::span<const Allocation> allocations, std::uint32_t cylinders);
// Neighbouring cylinders of one type are one allocation; ascending.
z::Result<std::vector<Allocation>> decode_allocations(std::span<const std::byte> record);

// Gives `change` its type; what else lies there is cut.
std::vector<Allocation> with_allocation(std::vector<Allocation> allocations, const Allocation& change);

std::optional<AllocationType> allocation_type(std::string_view name);
std::string_view allocation_name(AllocationType type);

}  // namespace cp
