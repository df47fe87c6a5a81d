#include "lpar/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/be.h"

namespace lpar {
namespace {

using z::be16;
using z::be32;
using z::be64;
using z::failure;

struct ElfHeader {  // System V ABI, ELF64
  std::uint8_t ident[16];
  be16 type, machine;
  be32 version;
  be64 entry, program_headers, section_headers;
  be32 flags;
  be16 header_size, program_header_size, program_header_count, section_header_size, section_header_count, names;
};
static_assert(sizeof(ElfHeader) == 64);

struct ProgramHeader {
  be32 type, flags;
  be64 offset, virtual_address, physical_address, file_size, memory_size, alignment;
};
static_assert(sizeof(ProgramHeader) == 56);

constexpr std::uint16_t machine_s390 = 22;
constexpr std::uint32_t segment_load = 1;
// EA and BA: 64-bit addressing (PoP ch. 4, "Program-Status-Word Format").
constexpr std::uint64_t mask_64_bit = 0x0000'0001'8000'0000;

// A Linux image names itself and its entry point, and finds its parameters at fixed places: initial RAM disk start and size,
// command line and how long that may be (older kernels do not say).
constexpr std::uint64_t linux_entry = 0x10000;
constexpr z::AbsoluteAddress linux_mark_field{0x10008}, initrd_start_field{0x10408}, initrd_size_field{0x10410},
    command_line_limit_field{0x10430}, command_line_field{0x10480};
constexpr std::string_view linux_mark = "S390EP";
constexpr std::size_t least_command_line_size = 896, most_command_line_size = 4096;

z::Result<std::vector<std::byte>> read_file(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary | std::ios::ate};
  if (!in) return failure(z::Error::host(errno, "read " + path.string()));
  std::vector<std::byte> content(static_cast<std::size_t>(in.tellg()));
  in.seekg(0);
  in.read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(content.size()));
  if (!in) return failure("{}: could not be read to its end", path.string());
  return content;
}

z::Result<> put(cpu::Storage& storage, z::AbsoluteAddress at, std::span<const std::byte> content,
                const std::filesystem::path& what) {
  if (storage.store(at, content, 0) == cpu::StorageCheck::none) return {};
  return failure("{}: {} bytes at {:X} do not fit in {} MiB of storage; give more --memory", what.string(),
                 content.size(), at.value, storage.size() >> 20);
}

bool is_elf(std::span<const std::byte> content) {
  return content.size() >= sizeof(ElfHeader) && std::memcmp(content.data(), "\177ELF", 4) == 0;
}

bool is_linux(const cpu::Storage& storage) {
  std::array<char, linux_mark.size()> found{};
  storage.fetch(linux_mark_field, std::as_writable_bytes(std::span{found}), 0);
  return std::string_view{found.data(), found.size()} == linux_mark;
}

std::size_t command_line_size(const cpu::Storage& storage) {
  be64 said{};
  if (is_linux(storage)) storage.fetch(command_line_limit_field, std::as_writable_bytes(std::span{&said, 1}), 0);
  return std::clamp<std::size_t>(said, least_command_line_size, most_command_line_size);
}

struct Segment {
  z::AbsoluteAddress address;
  std::span<const std::byte> content;
};
struct Elf {
  std::uint64_t entry;
  std::vector<Segment> segments;
};

z::Result<Elf> parse_elf(std::span<const std::byte> file, const std::filesystem::path& path) {
  ElfHeader header;
  std::memcpy(&header, file.data(), sizeof header);
  constexpr std::uint8_t class_64 = 2, big_endian = 2;
  if (header.ident[4] != class_64 || header.ident[5] != big_endian || header.machine != machine_s390)
    return failure("{}: an ELF file, but not a 64-bit s390x one", path.string());
  Elf elf{header.entry, {}};
  for (unsigned i = 0; i < header.program_header_count; ++i) {
    const auto at = header.program_headers + std::uint64_t{i} * header.program_header_size;
    if (at > file.size() || file.size() - at < sizeof(ProgramHeader)) return failure("{}: truncated ELF file", path.string());
    ProgramHeader segment;
    std::memcpy(&segment, file.data() + at, sizeof segment);
    if (segment.type != segment_load || segment.file_size == 0) continue;
    if (segment.offset > file.size() || file.size() - segment.offset < segment.file_size)
      return failure("{}: truncated ELF file", path.string());
    elf.segments.push_back({{segment.physical_address}, file.subspan(segment.offset, segment.file_size)});
  }
  if (elf.segments.empty()) return failure("{}: an ELF file with nothing to load", path.string());
  return elf;
}

z::Result<LoadedProgram> load_elf(cpu::Storage& storage, std::span<const std::byte> file,
                                  const std::filesystem::path& path) {
  const auto elf = Z_TRY(parse_elf(file, path));
  for (const auto& segment : elf.segments) Z_CHECK(put(storage, segment.address, segment.content, path));
  return LoadedProgram{mask_64_bit, elf.entry};
}

z::Result<LoadedProgram> load_list(cpu::Storage& storage, const std::filesystem::path& path) {
  std::ifstream in{path};
  std::string line;
  for (unsigned number = 1; std::getline(in, line); ++number) {
    std::istringstream words{line};
    std::string name, address;
    if (!(words >> name) || name.starts_with('*')) continue;
    std::uint64_t at = 0;
    if (words >> address) {
      const auto* digits = address.starts_with("0x") ? address.data() + 2 : address.data();
      const auto [end, error] = std::from_chars(digits, address.data() + address.size(), at, 16);
      if (error != std::errc{} || *end != '\0')
        return failure("{}:{}: an address is hexadecimal, for example 0x00010000: {}", path.string(), number, address);
    }
    Z_CHECK(put(storage, {at}, Z_TRY(read_file(path.parent_path() / name)), path.parent_path() / name));
  }
  be64 psw;
  storage.fetch({0}, std::as_writable_bytes(std::span{&psw, 1}), 0);
  return expand_ipl_psw(psw);
}

z::Result<LoadedProgram> load_image(cpu::Storage& storage, const std::filesystem::path& path) {
  if (path.extension() == ".ins") return load_list(storage, path);
  const auto content = Z_TRY(read_file(path));
  if (is_elf(content)) return load_elf(storage, content, path);
  if (content.size() < 8) return failure("{}: too short for a program: it has no IPL PSW", path.string());
  Z_CHECK(put(storage, {0}, content, path));
  if (is_linux(storage)) return LoadedProgram{mask_64_bit, linux_entry};
  return expand_ipl_psw(be64::load(content.data()));
}

z::Result<> put_word(cpu::Storage& storage, z::AbsoluteAddress at, std::uint64_t value, const std::filesystem::path& what) {
  const be64 word = value;
  return put(storage, at, std::as_bytes(std::span{&word, 1}), what);
}

}  // namespace

z::Result<ProgramImage> read_elf(const std::filesystem::path& path) {
  const auto file = Z_TRY(read_file(path));
  if (!is_elf(file)) return failure("{}: not an ELF file", path.string());
  const auto elf = Z_TRY(parse_elf(file, path));
  std::uint64_t first = ~0ULL, end = 0;
  for (const auto& [address, content] : elf.segments) {
    first = std::min(first, address.value);
    end = std::max(end, address.value + content.size());
  }
  constexpr std::uint64_t largest = 1ULL << 32;
  if (end - first > largest) return failure("{}: segments {} bytes apart do not make one image", path.string(), end - first);
  ProgramImage image{{first}, std::vector<std::byte>(end - first), elf.entry};
  for (const auto& [address, content] : elf.segments)
    std::memcpy(image.bytes.data() + (address.value - first), content.data(), content.size());
  return image;
}

z::Result<LoadedProgram> expand_ipl_psw(std::uint64_t short_psw) {
  constexpr std::uint64_t bit_12 = 1ULL << 51, address_bits = 0x7FFF'FFFF;
  if ((short_psw & bit_12) == 0) return failure("the IPL PSW {:016X} is not a valid short PSW (bit 12 is zero)", short_psw);
  return LoadedProgram{(short_psw & ~bit_12 & ~address_bits), short_psw & address_bits};
}

z::Result<> put_parameters(cpu::Storage& storage, const std::string& text) {
  if (text.empty()) return {};
  if (const auto size = command_line_size(storage); text.size() >= size)
    return failure("--append is longer than {} characters", size - 1);
  return put(storage, command_line_field, std::as_bytes(std::span{text.c_str(), text.size() + 1}), "--append");
}

z::Result<LoadedProgram> load_program(cpu::Storage& storage, const LoadRequest& request) {
  const auto program = Z_TRY(load_image(storage, request.kernel));
  if (!request.initrd.empty()) {
    const auto content = Z_TRY(read_file(request.initrd));
    constexpr std::uint64_t alignment = 1 << 20;
    if (content.size() + alignment > storage.size())
      return failure("{}: {} bytes do not fit in {} MiB of storage; give more --memory", request.initrd.string(),
                     content.size(), storage.size() >> 20);
    const z::AbsoluteAddress at{(storage.size() - content.size()) / alignment * alignment};
    Z_CHECK(put(storage, at, content, request.initrd));
    Z_CHECK(put_word(storage, initrd_start_field, at.value, request.initrd));
    Z_CHECK(put_word(storage, initrd_size_field, content.size(), request.initrd));
  }
  Z_CHECK(put_parameters(storage, request.parameters));
  return program;
}

}  // namespace lpar
