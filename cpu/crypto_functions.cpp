#include "cpu/crypto_functions.h"

#include <algorithm>

namespace cpu {
namespace {

bool has_function(FunctionList functions, unsigned code, Model model) {
  return std::ranges::any_of(functions, [&](const FunctionRange& range) {
    return range.first <= code && code <= range.last && range.since <= model;
  });
}

}  // namespace

std::array<std::byte, 16> query_mask(FunctionList functions, Model model) {
  std::array<std::byte, 16> mask{};
  for (unsigned code = 0; code < 128; ++code)
    if (has_function(functions, code, model)) mask[code / 8] |= std::byte{0x80} >> code % 8;
  return mask;
}

std::optional<Step> end_early(Cpu& cpu, const CryptoRequest& request, FunctionList functions) {
  const Model model = cpu.configuration().model();
  if (!has_function(functions, request.code, model)) return cpu.program_interruption(Pic::specification);
  if (request.code != 0) return std::nullopt;
  if (!cpu.store_bytes_in(cpu.space_of(1), request.parameters, query_mask(functions, model))) return Step::interrupted;
  return end_crypto(cpu, crypto_done);
}

}  // namespace cpu
