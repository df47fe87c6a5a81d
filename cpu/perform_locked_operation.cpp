#include <array>

#include "base/mutex.h"
#include "cpu/configuration.h"
#include "cpu/arithmetic.h"
#include "cpu/instruction.h"
#include "cpu/operand_bytes.h"

// PERFORM LOCKED OPERATION and COMPARE AND SWAP AND STORE (PoP ch. 7).
namespace cpu {
namespace {

using U32 = std::uint32_t;
using U64 = std::uint64_t;

Step specification(Cpu& cpu) { return cpu.program_interruption(Pic::specification); }

// An operand in a register or in storage, right-aligned in 128 bits.
class Cell {
 public:
  static Cell in_register(unsigned n, unsigned size) { return Cell{n, {}, size}; }
  static Access<Cell> in_storage(Cpu& cpu, Context space, U64 address, unsigned size) {
    const auto bytes = OperandBytes::to_store(cpu, space, address, size);
    if (!bytes) return Access<Cell>::refused();
    return Cell{no_register, bytes.value(), size};
  }
  static Access<Cell> to_fetch(Cpu& cpu, Context space, U64 address, unsigned size) {
    const auto bytes = OperandBytes::to_fetch(cpu, space, address, size);
    if (!bytes) return Access<Cell>::refused();
    return Cell{no_register, bytes.value(), size};
  }
  Cell() = default;

  Uint128 get(const Cpu& cpu) const {
    if (register_ != no_register) return size_ == 4 ? cpu.gr32(register_) : cpu.gr(register_);
    Uint128 value = 0;
    for (unsigned i = 0; i < size_; ++i) value = value << 8 | bytes_.at(i);
    return value;
  }
  void set(Cpu& cpu, Uint128 value) const {
    if (register_ == no_register) {
      for (unsigned i = size_; i-- > 0; value >>= 8) bytes_.set(i, static_cast<unsigned>(value & 0xFF));
    } else if (size_ == 4) {
      cpu.set_gr32(register_, static_cast<U32>(value));
    } else {
      cpu.gr(register_) = static_cast<U64>(value);
    }
  }

 private:
  static constexpr unsigned no_register = 16;
  Cell(unsigned n, const OperandBytes& bytes, unsigned size) : register_(n), bytes_(bytes), size_(size) {}
  unsigned register_ = no_register;
  OperandBytes bytes_;
  unsigned size_ = 0;
};

enum class Kind : unsigned { compare_and_load, compare_and_swap, double_compare_and_swap, store, double_store, triple_store };

// The function code: six kinds in four sizes.
struct Function {
  static constexpr unsigned count = 24;
  explicit Function(unsigned code)
      : kind(static_cast<Kind>(code / 4)), size(std::array{4u, 8u, 8u, 16u}[code % 4]), uses_registers(code % 2 == 0) {}
  Kind kind;
  unsigned size;
  bool uses_registers;  // else the first and third operands are in the parameter list
};

// Comparisons, and the moves made when they hold.
struct Operation {
  Cell first_comparison, second, third_comparison, fourth;
  bool has_second_comparison = false;
  struct Move {
    Cell target, source;
  };
  std::array<Move, 4> moves{};
  unsigned move_count = 0;

  void add(const Cell& target, const Cell& source) { moves[move_count++] = {target, source}; }
};

// Fields of the parameter list: values right-aligned in places of 16 bytes, and the addresses of operands.
constexpr unsigned first_comparison_place = 0, first_replacement_place = 16, third_place = 32, third_replacement_place = 48,
                   fourth_address = 72, fifth_place = 80, sixth_address = 104, seventh_place = 112, eighth_address = 136;

class Preparation {
 public:
  Preparation(Cpu& cpu, const Op& op, const Function& function)
      : cpu_(cpu), op_(op), function_(function), list_(cpu.operand2_rs(op)), list_space_(cpu.space_of(op.b2)) {}

  Access<Operation> make() {
    Operation o;
    const auto fill = [&]() -> Step {
      o.first_comparison = TRY(target(op_.r1, first_comparison_place));
      o.second = TRY(Cell::in_storage(cpu_, cpu_.space_of(op_.b1), cpu_.operand1(op_), function_.size));
      if (function_.kind == Kind::compare_and_load) {
        o.add(TRY(target(op_.r3, third_place)), TRY(Cell::to_fetch(cpu_, TRY(fourth_space()), TRY(fourth()), function_.size)));
        return Step::next;
      }
      o.add(o.second, TRY(value(op_.r1 + 1u, first_replacement_place)));
      if (function_.kind == Kind::double_compare_and_swap) {
        o.has_second_comparison = true;
        o.third_comparison = TRY(target(op_.r3, third_place));
        o.fourth = TRY(Cell::in_storage(cpu_, TRY(fourth_space()), TRY(fourth()), function_.size));
        o.add(o.fourth, TRY(value(op_.r3 + 1u, third_replacement_place)));
      }
      if (function_.kind == Kind::store)
        o.add(TRY(Cell::in_storage(cpu_, TRY(fourth_space()), TRY(fourth()), function_.size)), TRY(value(op_.r3, third_replacement_place)));
      if (function_.kind >= Kind::double_store) {
        o.add(TRY(listed_operand(fourth_address)), TRY(listed_value(third_replacement_place)));
        o.add(TRY(listed_operand(sixth_address)), TRY(listed_value(fifth_place)));
      }
      if (function_.kind == Kind::triple_store)
        o.add(TRY(listed_operand(eighth_address)), TRY(listed_value(seventh_place)));
      return Step::next;
    };
    if (fill() != Step::next) return Access<Operation>::refused();
    return o;
  }

 private:
  bool fourth_is_direct() const { return function_.uses_registers && function_.kind < Kind::double_store; }
  // A value that may be replaced: a comparison value, or the target of the load.
  Access<Cell> target(unsigned n, unsigned place) {
    if (function_.uses_registers) return Cell::in_register(n, function_.size);
    return Cell::in_storage(cpu_, list_space_, address_of(place), function_.size);
  }
  Access<Cell> value(unsigned n, unsigned place) {
    if (function_.uses_registers) return Cell::in_register(n, function_.size);
    return listed_value(place);
  }
  Access<Cell> listed_value(unsigned place) {
    return Cell::to_fetch(cpu_, list_space_, address_of(place), function_.size);
  }
  U64 address_of(unsigned place) const { return cpu_.wrap(list_ + place + 16 - function_.size); }
  // An operand not on its boundary is a specification exception.
  Access<U64> aligned(U64 address) {
    if (address % function_.size == 0) return address;
    cpu_.program_interruption(Pic::specification);
    return Access<U64>::refused();
  }
  Access<U64> listed_address(unsigned field) {
    const auto address = cpu_.fetch_in<U64>(list_space_, cpu_.wrap(list_ + field));
    if (!address) return address;
    return aligned(cpu_.wrap(address.value()));
  }
  // The word in front of an address in the list is the ALET of that operand.
  Access<Context> listed_space(unsigned field) {
    if (cpu_.psw.as != AddressSpace::access_register) return list_space_;
    const auto alet = cpu_.fetch_in<U32>(list_space_, cpu_.wrap(list_ + field - 4));
    if (!alet) return Access<Context>::refused();
    return cpu_.alet_space(alet.value());
  }
  Access<Cell> listed_operand(unsigned field) {
    const auto space = listed_space(field);
    if (!space) return Access<Cell>::refused();
    const auto address = listed_address(field);
    if (!address) return Access<Cell>::refused();
    return Cell::in_storage(cpu_, space.value(), address.value(), function_.size);
  }
  Access<Context> fourth_space() {
    return fourth_is_direct() ? Access<Context>{list_space_} : listed_space(fourth_address);
  }
  Access<U64> fourth() { return fourth_is_direct() ? aligned(list_) : listed_address(fourth_address); }

  Cpu& cpu_;
  const Op& op_;
  const Function& function_;
  const U64 list_;
  const Context list_space_;
};

std::uint8_t perform(Cpu& cpu, const Operation& o) {
  if (o.first_comparison.get(cpu) != o.second.get(cpu)) {
    o.first_comparison.set(cpu, o.second.get(cpu));
    return 1;
  }
  if (o.has_second_comparison && o.third_comparison.get(cpu) != o.fourth.get(cpu)) {
    o.third_comparison.set(cpu, o.fourth.get(cpu));
    return 2;
  }
  for (unsigned i = 0; i < o.move_count; ++i) o.moves[i].target.set(cpu, o.moves[i].source.get(cpu));
  return 0;
}

bool has_valid_operands(const Cpu& cpu, const Op& op, const Function& function) {
  if (cpu.operand1(op) % function.size != 0) return false;
  const bool is_list = !function.uses_registers || function.kind >= Kind::double_store;
  if (is_list && cpu.operand2_rs(op) % 8 != 0) return false;
  if (!function.uses_registers) return true;
  if (function.kind != Kind::compare_and_load && op.r1 % 2 != 0) return false;
  return function.kind != Kind::double_compare_and_swap || op.r3 % 2 == 0;
}

}  // namespace

// Register 0: the function code, and bit 55 which asks whether it is installed. Register 1 names the lock.
Z_INSTRUCTION(perform_locked_operation) {
  constexpr U32 test = 0x100;
  const U32 code = cpu.gr32(0) & 0xFF;
  if ((cpu.gr32(0) & 0xFFFF'FE00) != 0) return specification(cpu);
  if (cpu.gr32(0) & test) {
    cpu.cc = code < Function::count ? 0 : 3;
    return Step::next;
  }
  if (code >= Function::count) return specification(cpu);
  const Function function{code};
  if (!has_valid_operands(cpu, op, function)) return specification(cpu);
  // Everything is located first: nobody may wait for another CPU while holding a lock.
  const Operation operation = TRY(Preparation(cpu, op, function).make());
  z::Lock lock{cpu.configuration().program_lock(cpu.wrap(cpu.gr(1)))};
  cpu.cc = perform(cpu, operation);
  return Step::next;
}

namespace {

// Register 0 of CSST: sizes of the swapped and of the stored operand; register 1: the list with their new values.
struct SwapAndStore {
  explicit SwapAndStore(const Cpu& cpu)
      : function(cpu.gr(0) & 0xFF), characteristic(cpu.gr(0) >> 8 & 0xFF), list(cpu.wrap(cpu.gr(1))) {}
  unsigned swap_size() const { return 4u << function; }
  unsigned store_size() const { return 1u << characteristic; }
  bool is_valid(const Cpu& cpu, const Op& op) const {
    if (function > 2 || characteristic > 4 || list % 16 != 0 || (function == 2 && op.r3 % 2 != 0)) return false;
    return cpu.operand1(op) % swap_size() == 0 && cpu.operand2_rs(op) % store_size() == 0;
  }
  unsigned function, characteristic;
  U64 list;
};

// R3 against the first operand; true when it was replaced.
template <class R>
bool swap(Cpu& cpu, const Op& op, std::byte* at, U64 desired) {
  using Unsigned = typename R::Unsigned;
  const Unsigned expected = R::get(cpu, op.r3);
  const Unsigned found = host_compare_and_swap<Unsigned>(at, expected, static_cast<Unsigned>(desired));
  R::set(cpu, op.r3, found);
  return found == expected;
}
bool swap_quadword(Cpu& cpu, const Op& op, std::byte* at, Uint128 desired) {
  const Uint128 expected = static_cast<Uint128>(cpu.gr(op.r3)) << 64 | cpu.gr(op.r3 + 1u);
  const Uint128 found = host_compare_and_swap<Uint128>(at, expected, desired);
  cpu.gr(op.r3) = static_cast<U64>(found >> 64);
  cpu.gr(op.r3 + 1u) = static_cast<U64>(found);
  return found == expected;
}

}  // namespace

Z_INSTRUCTION(compare_and_swap_and_store) {
  const SwapAndStore controls{cpu};
  if (!controls.is_valid(cpu, op)) return specification(cpu);
  constexpr unsigned store_value_offset = 16;
  const auto list = TRY(OperandBytes::to_fetch(cpu, cpu.space_of(1), controls.list, 32));
  const auto target = TRY(OperandBytes::to_store(cpu, cpu.space_of(op.b2), cpu.operand2_rs(op), controls.store_size()));
  std::byte* const swapped = TRY(cpu.host_store_in(cpu.space_of(op.b1), cpu.operand1(op), controls.swap_size()));
  Uint128 desired = 0;
  for (unsigned i = 0; i < controls.swap_size(); ++i) desired = desired << 8 | list.at(i);
  const auto low = static_cast<U64>(desired);
  const bool is_swapped = controls.function == 0   ? swap<Low>(cpu, op, swapped, low)
                          : controls.function == 1 ? swap<Whole>(cpu, op, swapped, low)
                                                   : swap_quadword(cpu, op, swapped, desired);
  cpu.cc = !is_swapped;
  if (is_swapped)
    for (unsigned i = 0; i < controls.store_size(); ++i) target.set(i, list.at(store_value_offset + i));
  return Step::next;
}

}  // namespace cpu
