#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "cp/pdr/record.h"

namespace cp::ssi {

// Of the cluster, as one member sees it (reference/ssi.md 2).
enum class Mode : std::uint8_t {
  stable,  // every member that runs is joined and all are connected
  influx,  // a member joins or leaves: new requests for shared resources are held
  safe,    // a member cannot be reached: new requests are refused until that is resolved
};
std::string_view name_of(Mode mode);  // "Stable", "Influx", "Safe" as QUERY SSI shows them

struct MemberView {
  pdr::MemberState state = pdr::MemberState::down;
  enum class Contact : std::uint8_t { none, established } contact = Contact::none;
  enum class Join : std::uint8_t { none, pending } join = Join::none;  // it has asked us, the outcome is open
};
Mode mode_of(pdr::MemberState own, std::span<const MemberView> others);

}  // namespace cp::ssi
