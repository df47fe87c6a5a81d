#include "cp/ssi/mode.h"

#include <algorithm>

namespace cp::ssi {

using pdr::MemberState;

std::string_view name_of(Mode mode) {
  switch (mode) {
    case Mode::stable: return "Stable";
    case Mode::influx: return "Influx";
    case Mode::safe: return "Safe";
  }
  return "Safe";
}

Mode mode_of(MemberState own, std::span<const MemberView> others) {
  const auto is_out_of_reach = [&](const MemberView& m) {
    return m.state == MemberState::suspended || m.state == MemberState::unknown ||
           (m.state == MemberState::joined && own == MemberState::joined && m.contact == MemberView::Contact::none);
  };
  const auto is_changing = [](MemberState s) { return s == MemberState::joining || s == MemberState::leaving; };
  if (own != MemberState::joined && !is_changing(own)) return Mode::safe;
  if (std::ranges::any_of(others, is_out_of_reach)) return Mode::safe;
  if (is_changing(own)) return Mode::influx;
  if (std::ranges::any_of(others, [&](const MemberView& m) {
        return is_changing(m.state) || m.join == MemberView::Join::pending;
      }))
    return Mode::influx;
  return Mode::stable;
}

}  // namespace cp::ssi
