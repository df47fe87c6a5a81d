#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/guest_bytes.h"
#include "cpu/psw.h"

namespace cpu {

struct Instruction;

// Why a transaction was given up (PoP ch. 5, "Transaction Abort Codes").
enum class AbortCode : std::uint64_t {
  none = 0, program_interruption = 4, fetch_overflow = 7, store_overflow = 8, restricted_instruction = 11,
  filtered_program_interruption = 12, nesting_depth = 13, miscellaneous = 255,
};

// Controls of TRANSACTION BEGIN, its second operand.
struct TransactionControls {
  bool allow_access_registers = false, allow_floating_point = false;
  unsigned filtering = 0;  // program-interruption-filtering control

  static constexpr TransactionControls of(std::uint16_t i2) { return {(i2 & 8) != 0, (i2 & 4) != 0, i2 & 3u}; }
  // Of an inner transaction: no more than the outer one allows.
  constexpr TransactionControls within(const TransactionControls& outer) const {
    return {allow_access_registers && outer.allow_access_registers, allow_floating_point && outer.allow_floating_point,
            filtering > outer.filtering ? filtering : outer.filtering};
  }
};

// One CPU's transaction while it runs. No other CPU executes meanwhile (Configuration::run_alone), so stores go straight
// to storage, and what they replace is kept to be put back.
class Transaction {
 public:
  static constexpr unsigned depth_limit = 15, instruction_limit = 20'000, constrained_instruction_limit = 32,
                            constrained_reach = 256, octoword_limit = 4;
  static constexpr std::size_t store_limit = 256 << 10;

  struct Begin {
    bool constrained = false;
    std::uint8_t saved_pairs = 0;       // general registers that an abort restores, by pairs
    std::uint64_t diagnostic_block = 0;  // logical address; 0: none
    bool has_diagnostic_block = false;
    Psw psw;                             // where an abort continues
    std::array<std::uint64_t, 16> gr{};
  };
  Transaction(const Begin& begin, TransactionControls controls) : begin_(begin), controls_{controls} {}

  const Begin& begin() const { return begin_; }
  bool is_constrained() const { return begin_.constrained; }
  unsigned depth() const { return static_cast<unsigned>(controls_.size()); }
  const TransactionControls& controls() const { return controls_.back(); }
  bool nest(TransactionControls controls) {
    if (depth() == depth_limit) return false;
    controls_.push_back(controls.within(controls_.back()));
    return true;
  }
  bool unnest() {
    controls_.pop_back();
    return controls_.empty();
  }

  // An instruction of this kind ends the transaction (PoP ch. 5, "Restricted Instructions").
  bool restricts(const Instruction& instruction, std::span<const std::uint8_t> text) const;
  // PoP ch. 5, "Constrained Transaction": all instructions lie in the 256 bytes that TRANSACTION BEGIN begins.
  bool is_in_reach(std::uint64_t address, unsigned length) const {
    return address - begin_.psw.ia + length <= constrained_reach;
  }
  // ... and what one instruction accesses is in one doubleword, or octoword for those of several registers, all together in
  // four octowords, none of it in the pages of the instructions. The accesses are noted between these two.
  void begin_instruction() { accessed_.clear(); }
  void note_access(std::uint64_t address, std::uint64_t length, const std::byte* host);
  bool breaks_operand_constraint(const Instruction& instruction);
  bool counts_instruction() {
    return ++instructions_ <= (begin_.constrained ? constrained_instruction_limit : instruction_limit);
  }

  // Before bytes of storage are replaced.
  void keep(std::byte* at, std::size_t length) {
    kept_.push_back({at, bytes_.size(), length});
    bytes_.resize(bytes_.size() + length);
    z::copy_guest_bytes(bytes_.data() + bytes_.size() - length, at, length);
  }
  bool stores_too_much() const { return bytes_.size() > store_limit; }
  // NONTRANSACTIONAL STORE: the value stays when the transaction is given up.
  void keep_nontransactional(std::byte* at, std::span<const std::byte> value) {
    lasting_.push_back({at, {}});
    z::copy_guest_bytes(lasting_.back().value.data(), value.data(), lasting_.back().value.size());
  }
  // Calls `changed(at, length)` after each piece that was put back.
  template <class F>
  void roll_back(F changed) {
    for (auto piece = kept_.rbegin(); piece != kept_.rend(); ++piece) {
      z::copy_guest_bytes(piece->at, bytes_.data() + piece->offset, piece->length);
      changed(piece->at, piece->length);
    }
    for (const auto& [at, value] : lasting_) z::copy_guest_bytes(at, value.data(), value.size());
  }

  AbortCode abort_code = AbortCode::none;  // wanted: by the instruction, or by a limit
  std::uint64_t abort_operand = 0;         // TRANSACTION ABORT's own code

 private:
  struct Kept {
    std::byte* at;
    std::size_t offset, length;
  };
  struct Lasting {
    std::byte* at;
    std::array<std::byte, 8> value;
  };
  struct Accessed {
    std::uint64_t address, length;
    const std::byte* host;
  };
  Begin begin_;
  std::vector<Accessed> accessed_;
  std::vector<std::uint64_t> octowords_;
  std::vector<TransactionControls> controls_;
  std::vector<Kept> kept_;
  std::vector<std::byte> bytes_;
  std::vector<Lasting> lasting_;
  unsigned instructions_ = 0;
};

}  // namespace cpu
