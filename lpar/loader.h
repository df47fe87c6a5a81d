#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "cpu/storage.h"

namespace lpar {

// What lies in storage after loading a program from host files, and the PSW to start it with.
struct LoadedProgram {
  std::uint64_t psw_mask;
  std::uint64_t entry;
};

// A program in one piece, as it is to lie in absolute storage.
struct ProgramImage {
  z::AbsoluteAddress origin;
  std::vector<std::byte> bytes;
  std::uint64_t entry;
};

struct LoadRequest {
  std::filesystem::path kernel;  // ELF64 big-endian s390x, an .ins list, or a flat image
  std::filesystem::path initrd;  // empty: none
  std::string parameters;        // command line of the program
};

// Loads by physical (absolute) addresses. An ELF starts at its entry; a flat image is laid at 0 and started by the short
// PSW it holds there; an .ins list names files and their addresses.
z::Result<LoadedProgram> load_program(cpu::Storage& storage, const LoadRequest& request);

// The command line where Linux looks for it, ended by a NUL; nothing for an empty one.
z::Result<> put_parameters(cpu::Storage& storage, const std::string& text);

// The loadable segments of an ELF64 s390x program, gaps filled with zeros.
z::Result<ProgramImage> read_elf(const std::filesystem::path& path);

// The 64-bit-form mask and address of an 8-byte IPL PSW (PoP ch. 4, "Short PSW"); bit 12 must be one.
z::Result<LoadedProgram> expand_ipl_psw(std::uint64_t short_psw);

}  // namespace lpar
