#include "cpu/topology.h"

#include <cstring>

#include "base/be.h"
#include "cpu/configuration.h"

namespace cpu {
namespace {

// The machine as it is told: eight CPUs in a socket, two sockets in a book.
constexpr unsigned cpus_of_socket = 8, sockets_of_book = 2;
constexpr unsigned sockets = Configuration::cpu_limit / cpus_of_socket, books = sockets / sockets_of_book;
constexpr unsigned least_levels = 2, most_levels = 3;

// PoP ch. 10, "SYSIB 15.1.x (Configuration Topology)".
struct Header {
  z::be16 reserved0;
  z::be16 length;
  std::uint8_t magnitude[6];  // of level 6 to level 1
  std::uint8_t reserved1;
  std::uint8_t levels;
  z::be32 reserved2;
};
static_assert(sizeof(Header) == 16);
struct Container {
  std::uint8_t level;
  std::uint8_t reserved[6];
  std::uint8_t identification;
};
static_assert(sizeof(Container) == 8);
struct Cpus {
  std::uint8_t level;  // 0
  std::uint8_t reserved[3];
  std::uint8_t polarization;  // and whether dedicated
  std::uint8_t type;
  z::be16 origin;
  z::be64 mask;  // bit n: the CPU whose address is origin + n
};
static_assert(sizeof(Cpus) == 16);

class Writer {
 public:
  explicit Writer(std::span<std::byte, 4096> block) : block_(block) {}
  template <class Entry>
  void put(const Entry& entry) {
    std::memcpy(block_.data() + used_, &entry, sizeof entry);
    used_ += sizeof entry;
  }
  std::size_t used() const { return used_; }

 private:
  std::span<std::byte, 4096> block_;
  std::size_t used_ = sizeof(Header);
};

// Bit n of the result, from the left, is CPU n of the socket, if it is there and configured.
std::uint64_t mask_of(const Configuration& configuration, unsigned socket) {
  std::uint64_t mask = 0;
  for (unsigned n = 0; n < cpus_of_socket; ++n) {
    const unsigned address = socket * cpus_of_socket + n;
    if (address < configuration.cpu_count() && configuration.is_configured(address)) mask |= 1ULL << (63 - n);
  }
  return mask;
}

constexpr std::uint8_t vertical_high_entitlement = 3;

void put_socket(Writer& writer, Configuration& configuration, unsigned socket) {
  const std::uint64_t mask = mask_of(configuration, socket);
  if (mask == 0) return;
  const bool is_vertical = configuration.topology().polarization() == Topology::Polarization::vertical;
  writer.put(Container{.level = 1, .reserved = {}, .identification = static_cast<std::uint8_t>(socket + 1)});
  writer.put(Cpus{.level = 0,
                  .reserved = {},
                  .polarization = is_vertical ? vertical_high_entitlement : std::uint8_t{0},
                  .type = 0,
                  .origin = static_cast<std::uint16_t>(socket * cpus_of_socket),
                  .mask = mask});
}

bool has_cpus(const Configuration& configuration, unsigned book) {
  for (unsigned n = 0; n < sockets_of_book; ++n)
    if (mask_of(configuration, book * sockets_of_book + n) != 0) return true;
  return false;
}

}  // namespace

std::uint8_t topology_information(Configuration& configuration, unsigned selector1, unsigned levels, std::span<std::byte, 4096> sysib) {
  if (selector1 != 1 || levels < least_levels || levels > most_levels) return 3;
  Writer writer{sysib};
  for (unsigned book = 0; book < books; ++book) {
    if (!has_cpus(configuration, book)) continue;
    if (levels == most_levels) writer.put(Container{.level = 2, .reserved = {}, .identification = static_cast<std::uint8_t>(book + 1)});
    for (unsigned n = 0; n < sockets_of_book; ++n) put_socket(writer, configuration, book * sockets_of_book + n);
  }
  Header header{};
  header.length = static_cast<std::uint16_t>(writer.used());
  header.magnitude[5] = cpus_of_socket;
  header.magnitude[4] = levels == most_levels ? sockets_of_book : sockets;
  if (levels == most_levels) header.magnitude[3] = books;
  header.levels = static_cast<std::uint8_t>(levels);
  std::memcpy(sysib.data(), &header, sizeof header);
  return 0;
}

}  // namespace cpu
