#include "cpu/transaction.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "cpu/isa/instruction_table.h"

namespace cpu {
namespace {

using namespace std::string_view_literals;

// Problem-state instructions that no transaction may contain, and those that need its permission.
constexpr std::array restricted{
    "BAKR"sv, "BSA"sv,   "BSG"sv,  "CMPSC"sv, "CSST"sv,  "ECTG"sv, "EPAIR"sv, "EPAR"sv, "EREG"sv,  "EREGG"sv, "ESAIR"sv,
    "ESAR"sv, "ESTA"sv,  "IAC"sv,  "IPK"sv,   "IVSK"sv,  "MC"sv,   "MSTA"sv,  "MVCDK"sv, "MVCK"sv, "MVCOS"sv, "MVCP"sv,
    "MVCS"sv, "MVCSK"sv, "MVPG"sv, "PC"sv,    "PLO"sv,   "PR"sv,   "PT"sv,    "PTFF"sv, "PTI"sv,   "RP"sv,    "SAC"sv,
    "SACF"sv, "SPKA"sv,  "SSAIR"sv, "SSAR"sv, "STCK"sv,  "STCKE"sv, "STCKF"sv, "STFLE"sv, "SVC"sv,  "TAR"sv,   "TRAP2"sv,
    "TRAP4"sv};
constexpr std::array access_register_changers{"CPYA"sv, "LAE"sv, "LAEY"sv, "LAM"sv, "LAMY"sv, "SAR"sv};
constexpr std::array restricted_when_constrained{"EX"sv, "EXRL"sv, "ETND"sv, "NTSTG"sv, "TABORT"sv, "TBEGIN"sv, "MVCL"sv,
                                                 "MVCLE"sv, "CLCL"sv, "CLCLE"sv, "BAL"sv, "BALR"sv, "BAS"sv, "BASR"sv,
                                                 "BASSM"sv, "BC"sv, "BCR"sv, "BCT"sv, "BCTR"sv, "BSM"sv, "BXH"sv, "BXLE"sv};

template <class List>
bool has(const List& list, std::string_view mnemonic) {
  return std::ranges::find(list, mnemonic) != list.end();
}

}  // namespace

bool Transaction::restricts(const Instruction& instruction) const {
  if (instruction.privilege == Privilege::privileged || has(restricted, instruction.mnemonic)) return true;
  if (!controls().allow_floating_point && instruction.unit != Unit::general) return true;
  if (!controls().allow_access_registers && has(access_register_changers, instruction.mnemonic)) return true;
  return begin_.constrained && has(restricted_when_constrained, instruction.mnemonic);
}

}  // namespace cpu
