#include "cpu/transaction.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/be.h"
#include "base/units.h"
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

// PoP ch. 5, "Constrained Transaction": general instructions that only other transactions may contain.
constexpr std::array restricted_when_constrained{
    "CKSM"sv, "KM"sv,   "KMC"sv,  "KMF"sv,  "KMCTR"sv, "KMO"sv,  "KMA"sv,  "KMAC"sv, "KIMD"sv, "KLMD"sv, "KDSA"sv, "PCC"sv,
    "PPNO"sv, "PCKMO"sv, "DFLTCC"sv, "CFC"sv, "CLCL"sv, "CLCLE"sv, "CLCLU"sv, "CLST"sv, "CUSE"sv, "CVB"sv, "CVBY"sv,
    "CVBG"sv, "CVD"sv,  "CVDY"sv, "CVDG"sv, "CU12"sv, "CU14"sv, "CU21"sv, "CU24"sv, "CU41"sv, "CU42"sv, "D"sv,   "DR"sv,
    "DL"sv,   "DLR"sv,  "DLG"sv,  "DLGR"sv, "DSG"sv,  "DSGR"sv, "DSGF"sv, "DSGFR"sv, "EX"sv,  "EXRL"sv, "ECAG"sv, "EPSW"sv,
    "ETND"sv, "LAA"sv,  "LAAG"sv, "LAAL"sv, "LAALG"sv, "LAN"sv, "LANG"sv, "LAX"sv,  "LAXG"sv, "LAO"sv,  "LAOG"sv, "LPD"sv,
    "LPDG"sv, "LPQ"sv,  "MVCL"sv, "MVCLE"sv, "MVCLU"sv, "MVST"sv, "NTSTG"sv, "PFD"sv, "PFDRL"sv, "SRST"sv, "SRSTU"sv,
    "STPQ"sv, "TABORT"sv, "TBEGIN"sv, "TBEGINC"sv, "TP"sv, "TRE"sv, "TROO"sv, "TROT"sv, "TRTO"sv, "TRTT"sv, "TRTE"sv,
    "TRTRE"sv, "UPT"sv, "CS"sv,   "CSY"sv,  "CSG"sv,  "CDS"sv,  "CDSY"sv, "CDSG"sv, "TS"sv,   "SAM24"sv, "SAM31"sv, "SAM64"sv,
    "BAL"sv,  "BALR"sv, "BAS"sv,  "BASR"sv, "BASSM"sv, "BC"sv,  "BCR"sv,  "BCT"sv,  "BCTR"sv, "BCTG"sv, "BCTGR"sv, "BSM"sv,
    "BXH"sv,  "BXHG"sv, "BXLE"sv, "BXLEG"sv, "BRAS"sv, "BRASL"sv, "BRCT"sv, "BRCTG"sv, "BRCTH"sv, "BRXH"sv, "BRXHG"sv,
    "BRXLE"sv, "BRXLG"sv, "CRB"sv, "CGRB"sv, "CIB"sv, "CGIB"sv, "CLRB"sv, "CLGRB"sv, "CLIB"sv, "CLGIB"sv, "BIC"sv};
constexpr std::array several_registers{"LM"sv, "LMY"sv, "LMG"sv, "LMH"sv, "LAM"sv, "LAMY"sv, "STM"sv, "STMY"sv, "STMG"sv,
                                       "STMH"sv, "STAM"sv, "STAMY"sv};

template <class List>
bool has(const List& list, std::string_view mnemonic) {
  return std::ranges::find(list, mnemonic) != list.end();
}

bool moves_storage_to_storage(Layout layout) {
  return layout == Layout::ss_a || layout == Layout::ss_b || layout == Layout::sse || layout == Layout::ssf;
}

// A relative branch of the transaction's own kind goes on, and has a condition.
bool goes_back(const Instruction& instruction, std::span<const std::uint8_t> text) {
  if (instruction.flow != Flow::may_jump && instruction.flow != Flow::jumps_by_mask) return false;
  const bool is_negative = (text[2] & 0x80) != 0;
  const bool is_zero = text[2] == 0 && text[3] == 0 && (layout_of(instruction.format) != Layout::ril_b || (text[4] == 0 && text[5] == 0));
  return is_negative || is_zero;
}

}  // namespace

bool Transaction::restricts(const Instruction& instruction, std::span<const std::uint8_t> text) const {
  if (instruction.privilege == Privilege::privileged || has(restricted, instruction.mnemonic)) return true;
  if (!controls().allow_floating_point && instruction.unit != Unit::general) return true;
  if (!controls().allow_access_registers && has(access_register_changers, instruction.mnemonic)) return true;
  if (!begin_.constrained) return false;
  return has(restricted_when_constrained, instruction.mnemonic) || moves_storage_to_storage(layout_of(instruction.format)) ||
         goes_back(instruction, text);
}

void Transaction::note_access(std::uint64_t address, std::uint64_t length, const std::byte* host) {
  accessed_.push_back({address, length, host});
}

bool Transaction::breaks_operand_constraint(const Instruction& instruction) {
  constexpr std::uint64_t doubleword = 8, octoword = 32;
  if (accessed_.empty()) return false;
  const std::uint64_t unit = has(several_registers, instruction.mnemonic) ? octoword : doubleword;
  const std::uint64_t first_page = begin_.psw.ia / z::page_size, last_page = (begin_.psw.ia + constrained_reach - 1) / z::page_size;
  for (const Accessed& each : accessed_) {
    const std::uint64_t last = each.address + each.length - 1;
    if (each.address / unit != accessed_.front().address / unit || last / unit != each.address / unit) return true;
    if (last / z::page_size >= first_page && each.address / z::page_size <= last_page) return true;
    const std::uint64_t place = reinterpret_cast<std::uintptr_t>(each.host) / octoword;
    if (std::ranges::find(octowords_, place) == octowords_.end()) octowords_.push_back(place);
  }
  return octowords_.size() > octoword_limit;
}

}  // namespace cpu
