#include "lpar/ipl_text.h"

#include <array>
#include <cstring>

#include "base/be.h"
#include "channel/blocks.h"
#include "dasd3390/label.h"

namespace lpar {
namespace {

using channel::Ccw0;
using dasd3390::NewRecord;

constexpr std::uint8_t read_data = 0x06, read_data_multitrack = 0x86, seek = 0x07, search_id_equal = 0x31,
                       transfer_in_channel = 0x08;
constexpr std::uint8_t chain = channel::ccw_flag::chain_command, no_length_check = channel::ccw_flag::suppress_length;
constexpr std::uint32_t loader_at = 0x8000;  // where IPL2 is read to and runs as a channel program
constexpr std::size_t record_size = 4096, most_records = 14;
constexpr dasd3390::TrackAddress label_track{0, 0}, image_track{0, 1};

// The bootstrap: 24 bytes.
struct Ipl1 {
  z::be64 psw;
  Ccw0 read_loader, go_to_loader;
};
static_assert(sizeof(Ipl1) == 24);

// The loader: 144 bytes.
struct Ipl2 {
  Ccw0 seek, search, again;
  std::array<Ccw0, most_records> read;
  struct { std::uint8_t bin[2]; dasd3390::Cchhr record; std::uint8_t unused; } argument;  // of SEEK, and from CC on of SEARCH
};
static_assert(sizeof(Ipl2) == 144);

Ccw0 ccw(std::uint8_t command, std::uint64_t address, std::uint8_t flags, std::size_t count) {
  return {.command = command,
          .data_address = {static_cast<std::uint8_t>(address >> 16), static_cast<std::uint8_t>(address >> 8),
                           static_cast<std::uint8_t>(address)},
          .flags = flags, .reserved = 0, .count = static_cast<std::uint16_t>(count)};
}

// 31-bit mode, everything disabled; bit 12 is one in a short PSW (PoP ch. 4).
std::uint64_t start_psw(std::uint64_t entry) { return 0x0008'0000'8000'0000 | entry; }

Ipl2 loader(const ProgramImage& program, std::size_t records) {
  Ipl2 text{};
  constexpr auto argument_at = loader_at + offsetof(Ipl2, argument);
  text.argument.record = {dasd3390::Cchh::of(image_track), 1};
  text.seek = ccw(seek, argument_at, chain, 6);
  text.search = ccw(search_id_equal, argument_at + 2, chain, 5);
  text.again = ccw(transfer_in_channel, loader_at + offsetof(Ipl2, search), 0, 1);
  for (std::size_t i = 0; i < records; ++i)
    text.read[i] = ccw(read_data_multitrack, program.origin.value + i * record_size,
                       i + 1 < records ? chain | no_length_check : no_length_check, record_size);
  return text;
}

template <class T>
std::vector<std::byte> bytes_of(const T& value) {
  const auto view = std::as_bytes(std::span{&value, 1});
  return {view.begin(), view.end()};
}

std::vector<std::byte> key(std::string_view name) { return bytes_of(z::EbcdicText<4>::of(name)); }

z::Result<> write_image(dasd3390::Editor& disk, const ProgramImage& program, std::size_t records) {
  constexpr auto per_track = dasd3390::records_per_track(0, record_size);
  for (std::size_t done = 0; done < records;) {
    std::vector<NewRecord> track;
    for (std::uint8_t number = 1; number <= per_track && done < records; ++number, ++done) {
      const auto from = program.bytes.begin() + static_cast<std::ptrdiff_t>(done * record_size);
      const auto length = std::min(record_size, program.bytes.size() - done * record_size);
      track.push_back({.number = number, .data_length = record_size, .data = {from, from + static_cast<std::ptrdiff_t>(length)}});
    }
    const auto at = dasd3390::TrackAddress{0, image_track.head + static_cast<std::uint32_t>((done - 1) / per_track)};
    Z_CHECK(disk.format_track(at, track));
  }
  return {};
}

}  // namespace

z::Result<> write_ipl_text(dasd3390::Editor& disk, const ProgramImage& program) {
  const auto records = (program.bytes.size() + record_size - 1) / record_size;
  if (records > most_records)
    return z::failure("the program has {} bytes; this loader takes {}", program.bytes.size(), most_records * record_size);
  if (program.origin.value < loader_at + sizeof(Ipl2) || program.origin.value + records * record_size > 1 << 24)
    return z::failure("the program lies at {:X}; this loader needs it between {:X} and 16 MiB", program.origin.value,
                      loader_at + sizeof(Ipl2));
  const Ipl1 bootstrap{start_psw(program.entry), ccw(read_data, loader_at, chain | no_length_check, sizeof(Ipl2)),
                       ccw(transfer_in_channel, loader_at, 0, 1)};
  const auto label = dasd3390::make_volume_label("GUEST", {dasd3390::Cchh::of(image_track), 1}, "");
  const NewRecord track_0[]{
      {.number = 1, .key_length = 4, .data_length = 24, .key = key("IPL1"), .data = bytes_of(bootstrap)},
      {.number = 2, .key_length = 4, .data_length = 144, .key = key("IPL2"), .data = bytes_of(loader(program, records))},
      {.number = 3, .key_length = 4, .data_length = 80, .key = key("VOL1"), .data = bytes_of(label)}};
  Z_CHECK(disk.format_track(label_track, track_0));
  return write_image(disk, program, records);
}

}  // namespace lpar
