#pragma once

#include <span>
#include <string>
#include <vector>

#include "cp/command/virtual_machine.h"

namespace cp {

// Lines of DISPLAY: "R00010000  41100050 ...  06", four words each, the storage key behind those of real storage.
std::vector<std::string> display_storage(StoragePlace place, const StoragePiece& piece);
// "GPR  0 =  00000000  0000F000 ...": the rightmost 32 bits, four a line.
std::vector<std::string> display_short(std::string_view name, std::span<const std::uint64_t, 16> registers,
                                       unsigned first, unsigned last);
// "GRG  0 =  0000000000000000  0000000000000000": two a line.
std::vector<std::string> display_long(std::string_view name, std::span<const std::uint64_t, 16> registers,
                                      unsigned first, unsigned last);
std::string display_psw(const std::array<std::uint64_t, 2>& psw);

}  // namespace cp
