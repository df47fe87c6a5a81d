// Storing vector registers. PoP ch. 21.
#include <algorithm>

#include "cpu/instruction.h"
#include "cpu/vector_elements.h"
#include "cpu/vector_storage.h"

namespace cpu {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

namespace {

template <class T>
Step store_element(Cpu& cpu, const Op& op) {
  if (op.mask(3) >= Elements<T>::count) return specification_exception(cpu);
  TRY(cpu.store<T>(cpu.operand2(op), Elements<T>{cpu.vr(op.r1)}[op.mask(3)]));
  return Step::next;
}

// The index is an element of V2.
template <class T>
Step scatter_element(Cpu& cpu, const Op& op) {
  if (op.mask(3) >= Elements<T>::count) return specification_exception(cpu);
  const T index = Elements<T>{cpu.vr(op.r2)}[op.mask(3)];
  TRY(cpu.store<T>(cpu.wrap(cpu.operand2_rs(op) + index), Elements<T>{cpu.vr(op.r1)}[op.mask(3)]));
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(vector_store) {
  TRY(store_vector(cpu, cpu.operand2(op), cpu.vr(op.r1)));
  return Step::next;
}
Z_INSTRUCTION(vector_store_element_8) { return store_element<uint8_t>(cpu, op); }
Z_INSTRUCTION(vector_store_element_16) { return store_element<uint16_t>(cpu, op); }
Z_INSTRUCTION(vector_store_element_32) { return store_element<uint32_t>(cpu, op); }
Z_INSTRUCTION(vector_store_element_64) { return store_element<uint64_t>(cpu, op); }
Z_INSTRUCTION(vector_scatter_element_32) { return scatter_element<uint32_t>(cpu, op); }
Z_INSTRUCTION(vector_scatter_element_64) { return scatter_element<uint64_t>(cpu, op); }

Z_INSTRUCTION(vector_store_multiple) {
  constexpr unsigned most = 16;
  if (op.r3 < op.r1 || op.r3 - op.r1 >= most) return specification_exception(cpu);
  const unsigned count = op.r3 - op.r1 + 1U;
  std::array<VectorBytes, most> images;
  for (unsigned i = 0; i < count; ++i) images[i] = bytes_of(cpu.vr(op.r1 + i));
  TRY(cpu.store_bytes(cpu.operand2_rs(op), std::span{images[0].data(), count * sizeof(VectorBytes)}));
  return Step::next;
}
// R3 has the number of the last byte.
Z_INSTRUCTION(vector_store_with_length) {
  const uint64_t length = std::min<uint64_t>(cpu.gr32(op.r3), sizeof(VectorBytes) - 1) + 1;
  const VectorBytes bytes = bytes_of(cpu.vr(op.r1));
  TRY(cpu.store_bytes(cpu.operand2_rs(op), std::span{bytes}.first(length)));
  return Step::next;
}

}  // namespace cpu
