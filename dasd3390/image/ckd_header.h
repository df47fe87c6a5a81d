#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace dasd3390 {

// Header of every CKD image file; numbers are little-endian.
struct CkdHeader {
  char id[8];  // "CKD_P370"
  std::uint8_t heads[4];
  std::uint8_t track_size[4];
  std::uint8_t device_type;    // low byte: X'90'
  std::uint8_t file_sequence;  // 0: the only file
  std::uint8_t high_cylinder[2];
  char serial[12];
  // Counts the changes of a compressed image (cckd.cpp).
  static constexpr std::size_t changes_offset = 496;
  // Counts the reservations taken away by UNCONDITIONAL RESERVE (locks.h). Both are zero in the files of other tools.
  static constexpr std::size_t generation_offset = 504;
  std::uint8_t reserved[480];
};
inline constexpr std::size_t ckd_header_size = 512;
static_assert(sizeof(CkdHeader) == ckd_header_size);

// Plain and compressed images, each with a form for large volumes: plain ones whose cylinder numbers need 28 bits,
// compressed ones whose places need 64.
enum class CkdKind : std::uint8_t { plain, plain_large, compressed, compressed_wide };

CkdHeader make_ckd_header(CkdKind kind);
// Fails, with the reason, for what is not a 3390 image that can be opened.
z::Result<CkdKind> kind_of(const CkdHeader& header);

}  // namespace dasd3390
