#include "cp/command/storage_display.h"

#include "base/be.h"

namespace cp {
namespace {

std::string address_text(std::uint64_t address) {
  if (address >> 32 == 0) return fmt::format("{:08X}", address);
  return fmt::format("{:08X}_{:08X}", address >> 32, address & 0xFFFF'FFFF);
}

template <class Show>
std::vector<std::string> rows(std::string_view name, unsigned first, unsigned last, unsigned a_row, Show show) {
  std::vector<std::string> lines;
  for (unsigned start = first; start <= last; start += a_row) {
    auto line = fmt::format("{} {:2} =", name, start);
    for (unsigned i = start; i <= last && i < start + a_row; ++i) line += fmt::format("  {}", show(i));
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

std::vector<std::string> display_storage(StoragePlace place, const StoragePiece& piece) {
  static constexpr std::size_t a_row = 16;
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < piece.bytes.size(); at += a_row) {
    auto line = fmt::format("{}{} ", place.kind == StoragePlace::Kind::virtual_ ? 'V' : 'R',
                            address_text(place.address + at));
    for (std::size_t word = at; word < at + a_row && word + 4 <= piece.bytes.size(); word += 4)
      line += fmt::format(" {:08X}", z::Be<std::uint32_t>::load(&piece.bytes[word]));
    if (place.kind != StoragePlace::Kind::virtual_) line += fmt::format("  {:02X}", piece.key);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> display_short(std::string_view name, std::span<const std::uint64_t, 16> registers,
                                       unsigned first, unsigned last) {
  return rows(name, first, last, 4, [&](unsigned i) { return fmt::format("{:08X}", registers[i] & 0xFFFF'FFFF); });
}

std::vector<std::string> display_long(std::string_view name, std::span<const std::uint64_t, 16> registers,
                                      unsigned first, unsigned last) {
  return rows(name, first, last, 2, [&](unsigned i) { return fmt::format("{:016X}", registers[i]); });
}

std::string display_psw(const std::array<std::uint64_t, 2>& psw) {
  return fmt::format("PSW = {:08X} {:08X} {:08X} {:08X}", psw[0] >> 32, psw[0] & 0xFFFF'FFFF, psw[1] >> 32,
                     psw[1] & 0xFFFF'FFFF);
}

}  // namespace cp
