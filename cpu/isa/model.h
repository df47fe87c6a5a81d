#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace cpu {

// The machines, by what their users call them; each offers what the one before it did.
enum class Model : std::uint8_t { z900, z990, z9, z10, z196, zec12, z13, z14, z15, z16 };

struct ModelIdentity {
  std::string_view name;      // as in --cpu-model
  std::uint16_t machine_type; // as STORE CPU ID gives it: four digits
  std::string_view capacity;  // model-capacity identifier of STORE SYSTEM INFORMATION
};

const ModelIdentity& identity_of(Model model);
std::span<const ModelIdentity> models();  // in the order of Model
std::optional<Model> find_model(std::string_view name);

}  // namespace cpu
