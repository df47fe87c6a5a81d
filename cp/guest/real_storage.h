#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace cpu {
class Cpu;
}

namespace cp {

// Operands of CP's functions: real addresses of a virtual CPU, key 0. False: a page of them is not in its storage; of a store
// nothing is stored then.
bool is_in_real_storage(cpu::Cpu& cpu, std::uint64_t real, std::uint64_t length);
bool fetch_real(cpu::Cpu& cpu, std::uint64_t real, std::span<std::byte> to);
bool store_real(cpu::Cpu& cpu, std::uint64_t real, std::span<const std::byte> from);

}  // namespace cp
