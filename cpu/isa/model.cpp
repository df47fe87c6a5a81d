#include "cpu/isa/model.h"

#include <algorithm>
#include <array>

namespace cpu {
namespace {

constexpr auto identities = std::to_array<ModelIdentity>({
    {"z900", 0x2064, "116"},
    {"z990", 0x2084, "332"},
    {"z9", 0x2094, "754"},
    {"z10", 0x2097, "764"},
    {"z196", 0x2817, "780"},
    {"zEC12", 0x2827, "7A1"},
    {"z13", 0x2964, "7E1"},
    {"z14", 0x3906, "7H0"},
    {"z15", 0x8561, "7J0"},
    {"z16", 0x3931, "7K0"},
});

}  // namespace

const ModelIdentity& identity_of(Model model) { return identities[static_cast<std::size_t>(model)]; }

std::span<const ModelIdentity> models() { return identities; }

std::optional<Model> find_model(std::string_view name) {
  const auto found = std::ranges::find(identities, name, &ModelIdentity::name);
  if (found == identities.end()) return std::nullopt;
  return static_cast<Model>(found - identities.begin());
}

}  // namespace cpu
