#include "ctc/identification.h"

#include <algorithm>
#include <string_view>

#include "base/ebcdic.h"

namespace ctc {
namespace {

constexpr std::uint8_t valid_unit = 0xC0;     // a node-element descriptor of a unit
constexpr std::uint8_t valid_token = 0xE0;    // token of the control unit
constexpr std::uint8_t valid_general = 0x80;  // general node-element qualifier: ends the record

NodeElement element(std::uint8_t flags, std::uint8_t type, std::string_view text) {
  NodeElement result{.flags = flags, .type = type, .node_class = 0x08, .text = {}, .tag = {}};
  std::ranges::transform(text.substr(0, sizeof result.text), result.text, [](char c) { return z::to_ebcdic(c); });
  return result;
}

}  // namespace

ConfigurationData configuration_data() {
  constexpr std::string_view unit = "00308801EEND0000000000000E";
  return {.elements = {element(valid_unit, 1, unit), element(valid_unit, 2, unit), element(valid_token, 0, unit),
                       {.flags = valid_general, .text = {}, .tag = {}}}};
}

}  // namespace ctc
