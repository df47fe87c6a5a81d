#pragma once

#include <string>
#include <vector>

#include "cp/volume/layout.h"
#include "dasd3390/tools/edit.h"

namespace cp {

// Whether a volume that already carries a label may be changed: the U of "REPLY U TO ALTER VOLUME CONTENTS, ELSE T".
enum class Consent { none, given };

// What CPFMTXA does to a volume, in this order; what is not asked for stays as it is.
struct FormatRequest {
  std::string volume;                   // label to write, or that the volume must have
  std::optional<CylinderRange> format = {};  // tracks of 4096-byte records; with cylinder 0 also label, map (all PERM), VTOC
  std::vector<Allocation> allocate = {};
  std::optional<OwnerMark> owner = {};
  Consent consent = Consent::none;
};

// Everything is checked before anything is written. Cylinders that are not formatted stay as they are: on a new volume,
// holes of the file that read as tracks without records, until whoever uses the space formats them.
z::Result<> cpfmtxa(dasd3390::Editor& disk, const FormatRequest& request);

struct CpVolume {
  LabelContents label;
  std::vector<Allocation> allocations;
};
// Fails when the volume is not CP-formatted.
z::Result<CpVolume> read_cp_volume(const dasd3390::Editor& disk);

// What CP must know of a volume at IPL. Nothing when it has no label.
z::Result<std::optional<FoundVolume>> examine_volume(const dasd3390::Editor& disk, z::DeviceNumber device);

// The lines that CPFMTXA ends with: owners, then TYPE START END TOTAL.
std::vector<std::string> cpfmtxa_report(const CpVolume& volume);

// "1-3338", "20", "1-END" of a volume with so many cylinders.
z::Result<CylinderRange> parse_cylinders(std::string_view text, std::uint32_t cylinders);
// "MYCLUSTR.MEMBER1", "NOSSI.MEMBER1", "MYCLUSTR.NOSYS".
z::Result<OwnerMark> parse_owner(std::string_view text);

}  // namespace cp
