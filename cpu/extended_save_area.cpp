#include "cpu/extended_save_area.h"

#include <array>
#include <span>

#include "base/be.h"
#include "cpu/cpu.h"
#include "cpu/storage.h"

namespace cpu {

std::optional<ExtendedSaveArea> extended_save_area(std::uint64_t designation, Model model) {
  constexpr std::uint64_t characteristic_mask = 0xF;
  if (model < Model::z13) return {};
  const bool has_guarded_storage = model >= Model::z14;
  const std::uint64_t characteristic = has_guarded_storage ? designation & characteristic_mask : 0;
  std::uint64_t length = ExtendedSaveArea::vector_length;
  if (characteristic != 0) length = 1ULL << characteristic;
  if (length < ExtendedSaveArea::vector_length || length > 4 * ExtendedSaveArea::vector_length) return {};
  const std::uint64_t origin = has_guarded_storage ? designation & ~characteristic_mask : designation;
  if (origin == 0 || origin % length != 0) return {};
  return ExtendedSaveArea{{origin}, length};
}

void store_extended_status(Cpu& cpu, const ExtendedSaveArea& area) {
  std::array<std::byte, ExtendedSaveArea::vector_length + 32> image{};
  const auto put = [&](std::uint64_t offset, std::uint64_t value) { z::Be<std::uint64_t>::store(image.data() + offset, value); };
  for (unsigned n = 0; n < 32; ++n) {
    put(n * 16, cpu.vr(n).high);
    put(n * 16 + 8, cpu.vr(n).low);
  }
  constexpr std::uint64_t guarded_storage = ExtendedSaveArea::vector_length + 8;
  put(guarded_storage, cpu.guarded_storage().designation);
  put(guarded_storage + 8, cpu.guarded_storage().section_mask);
  put(guarded_storage + 16, cpu.guarded_storage().parameter_list);
  constexpr std::uint64_t vectors = 32 * sizeof(VectorRegister);
  const auto bytes = std::span<const std::byte>{image}.first(area.has_guarded_storage() ? image.size() : vectors);
  static_cast<void>(cpu.storage().store(area.origin, bytes, 0));
}

}  // namespace cpu
