#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cpu/cpu.h"

namespace cpu {

// The linkage stack (PoP ch. 5, "Linkage-Stack Operations"): sections of entries in the home space, each entry with a
// descriptor at its end; CR15 has the address of the last one.
class LinkageStack {
 public:
  static constexpr std::uint64_t state_size = 288, descriptor_size = 8, entry_size = state_size + descriptor_size;

  // Fields of a state entry.
  enum : std::uint64_t {
    general_registers = 0, key_mask = 128, secondary_asn = 130, extended_authorization = 132, primary_asn = 134, psw_mask = 136,
    branch_target = 144, modifiable_area = 152, psw_address = 168, secondary_instance = 176, primary_instance = 180,
    access_registers = 224,
  };
  enum class Type : std::uint8_t { header = 9, trailer = 10, branch = 12, program_call = 13 };

  explicit LinkageStack(Cpu& cpu) : cpu_(cpu), space_(cpu.context_of(AddressSpace::home, 0)) {}

  // Refused: the exception is recorded, and nothing has changed.
  Access<> push(Type type, std::span<const std::byte, state_size> state);

  struct Entry {
    std::uint64_t state = 0;       // address
    std::uint64_t descriptor = 0;  // address of its descriptor
    Type type = Type::branch;
  };
  // The last state entry; behind the header of a section it is in the section before. `unstacks`: it is about to go.
  enum class Purpose : std::uint8_t { look, unstack };
  Access<Entry> last(Purpose purpose);
  Access<> remove(const Entry& entry);

  template <class T>
  Access<T> fetch(std::uint64_t address) { return cpu_.fetch_in<T>(space_, address); }
  template <class T>
  Access<> store(std::uint64_t address, T value) { return cpu_.store_in<T>(space_, address, value); }

 private:
  struct Descriptor {
    std::uint64_t address;
    std::uint64_t image;
    bool suppresses_unstacking() const { return image >> 63 != 0; }
    Type type() const { return static_cast<Type>(image >> 56 & 0x7F); }
    std::uint64_t free_space() const { return image >> 32 & 0xFFFF; }
  };
  Access<Descriptor> descriptor(std::uint64_t address);
  Access<Descriptor> descriptor_with_room();
  template <class T>
  Access<T> refused(Pic code) {
    cpu_.program_interruption(code);
    return Access<T>::refused();
  }

  Cpu& cpu_;
  Context space_;
};

}  // namespace cpu
