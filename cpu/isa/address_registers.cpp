#include "cpu/isa/address_registers.h"

#include <algorithm>
#include <array>

namespace cpu {
namespace {

using namespace std::string_view_literals;

// Sorted. Their D(B) fields are a number, a mask, a pad, a branch address or an address that is not accessed.
constexpr std::array not_accessed{
    "BAL"sv,   "BAS"sv,   "BC"sv,    "BCT"sv,   "BCTG"sv,  "BXH"sv,   "BXHG"sv,  "BXLE"sv,  "BXLEG"sv, "CLCLE"sv,  "CLCLU"sv, "DIAG"sv,
    "ECAG"sv,  "EX"sv,    "LA"sv,    "LAE"sv,   "LAEY"sv,  "LAY"sv,   "LCBB"sv,  "LRA"sv,   "LRAG"sv,  "LRAY"sv,   "MC"sv,    "MVCLE"sv,
    "MVCLU"sv, "PC"sv,    "PFD"sv,   "RLL"sv,   "RLLG"sv,  "SAC"sv,   "SACF"sv,  "SIGP"sv,  "SLA"sv,   "SLAG"sv,   "SLAK"sv,  "SLDA"sv,
    "SLDL"sv,  "SLDT"sv,  "SLL"sv,   "SLLG"sv,  "SLLK"sv,  "SLXT"sv,  "SPKA"sv,  "SRA"sv,   "SRAG"sv,  "SRAK"sv,   "SRDA"sv,  "SRDL"sv,
    "SRDT"sv,  "SRL"sv,   "SRLG"sv,  "SRLK"sv,  "SRNM"sv,  "SRNMB"sv, "SRNMT"sv, "SRXT"sv,  "TABORT"sv, "TBEGIN"sv, "TBEGINC"sv,
    "TCDB"sv,  "TCEB"sv,  "TCXB"sv,  "TDCDT"sv, "TDCET"sv, "TDCXT"sv, "TDGDT"sv, "TDGET"sv, "TDGXT"sv, "TPROT"sv,  "VERLL"sv, "VESL"sv,
    "VESRA"sv, "VESRL"sv, "VLGV"sv,  "VLVG"sv};
static_assert(std::ranges::is_sorted(not_accessed));

constexpr std::uint8_t no_register = 16;

bool is_branch(Layout layout) { return layout == Layout::ris || layout == Layout::rrs || layout == Layout::smi; }

}  // namespace

std::vector<std::uint8_t> address_registers(const Instruction& instruction, const Op& op) {
  if (is_branch(layout_of(instruction.format)) || std::ranges::binary_search(not_accessed, instruction.mnemonic)) return {};
  const std::string_view operands = operands_of(instruction.format);
  std::vector<std::uint8_t> found;
  if (operands.contains("b1)") && op.b1 != no_register) found.push_back(op.b1);
  if (!operands.contains("b2)")) return found;
  const std::uint8_t index = operands.contains("(x2,b2)") ? op.r2 : no_register;
  if (op.b2 != no_register) found.push_back(op.b2);
  else if (index != no_register) found.push_back(index);
  return found;
}

}  // namespace cpu
