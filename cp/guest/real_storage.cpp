#include "cp/guest/real_storage.h"

#include <algorithm>

#include "cpu/cpu.h"
#include "cpu/storage.h"

namespace cp {
namespace {

// Prefixing exchanges whole pages: each piece of an operand that lies in one page is translated by itself.
template <class Piece>
bool each_page(std::uint64_t real, std::uint64_t length, Piece piece) {
  if (real + length < real) return false;
  for (std::uint64_t done = 0; done < length;) {
    const auto size = std::min(length - done, z::page_size - (real + done) % z::page_size);
    if (!piece(z::RealAddress{real + done}, done, size)) return false;
    done += size;
  }
  return true;
}

}  // namespace

bool is_in_real_storage(cpu::Cpu& cpu, std::uint64_t real, std::uint64_t length) {
  return each_page(real, length, [&](z::RealAddress at, std::uint64_t, std::uint64_t size) {
    return cpu.storage().contains(cpu.absolute(at), size);
  });
}

bool fetch_real(cpu::Cpu& cpu, std::uint64_t real, std::span<std::byte> to) {
  return each_page(real, to.size(), [&](z::RealAddress at, std::uint64_t done, std::uint64_t size) {
    return cpu.storage().fetch(cpu.absolute(at), to.subspan(done, size), 0) == cpu::StorageCheck::none;
  });
}

bool store_real(cpu::Cpu& cpu, std::uint64_t real, std::span<const std::byte> from) {
  return is_in_real_storage(cpu, real, from.size()) &&
         each_page(real, from.size(), [&](z::RealAddress at, std::uint64_t done, std::uint64_t size) {
           return cpu.storage().store(cpu.absolute(at), from.subspan(done, size), 0) == cpu::StorageCheck::none;
         });
}

}  // namespace cp
