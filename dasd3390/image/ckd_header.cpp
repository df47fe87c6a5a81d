#include "dasd3390/image/ckd_header.h"

#include <array>
#include <cstring>

#include "dasd3390/image/little_endian.h"
#include "dasd3390/track.h"

namespace dasd3390 {
namespace {

struct KindOfImage {
  std::string_view id;
  CkdKind kind;
};
constexpr auto kinds = std::to_array<KindOfImage>({
    {"CKD_P370", CkdKind::plain},
    {"CKD_P064", CkdKind::plain_large},
    {"CKD_C370", CkdKind::compressed},
    {"CKD_C064", CkdKind::compressed_wide},
});
constexpr std::uint8_t type_3390 = 0x90;

std::string_view known_as(std::string_view id) {
  if (id == "CKD_S370" || id == "CKD_S064") return "it is a shadow file: cckdcomp and dasdcopy merge it into its base";
  if (id.starts_with("FBA_")) return "it is an FBA image";
  return "it does not begin with CKD_";
}

}  // namespace

CkdHeader make_ckd_header(CkdKind kind) {
  CkdHeader header{};
  for (const auto& known : kinds)
    if (known.kind == kind) std::memcpy(header.id, known.id.data(), known.id.size());
  store_little(header.heads, heads_per_cylinder);
  store_little(header.track_size, track_image_size);
  header.device_type = type_3390;
  return header;
}

z::Result<CkdKind> kind_of(const CkdHeader& header) {
  const std::string_view id{header.id, sizeof header.id};
  const KindOfImage* found = nullptr;
  for (const auto& known : kinds)
    if (known.id == id) found = &known;
  if (found == nullptr) return z::failure("not a CKD image: {}", known_as(id));
  if (header.device_type != type_3390)
    return z::failure("not a 3390: device type X'{:02X}' in the header", header.device_type);
  if (load_little(header.heads) != heads_per_cylinder)
    return z::failure("damaged header: {} heads where a 3390 has 15", load_little(header.heads));
  if (load_little(header.track_size) != track_image_size)
    return z::failure("damaged header: tracks of {} bytes where a 3390 has 56832", load_little(header.track_size));
  return found->kind;
}

}  // namespace dasd3390
