// Elements in storage whose bytes, or whose order, are reversed. PoP ch. 21; vector-enhancements facility 2.
#include "cpu/instruction.h"
#include "cpu/vector_elements.h"
#include "cpu/vector_storage.h"

namespace cpu {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;

namespace {

template <class T>
T reversed(T value) {
  if constexpr (sizeof(T) == 16) return swap_quadword(value);
  else return std::byteswap(value);
}

template <class T>
Step load_reversed_element(Cpu& cpu, const Op& op) {
  if (op.mask(3) >= Elements<T>::count) return specification_exception(cpu);
  const T value = TRY(cpu.fetch<T>(cpu.operand2(op)));
  Elements<T> result{cpu.vr(op.r1)};
  result[op.mask(3)] = reversed(value);
  cpu.vr(op.r1) = result;
  return Step::next;
}
template <class T>
Step store_reversed_element(Cpu& cpu, const Op& op) {
  if (op.mask(3) >= Elements<T>::count) return specification_exception(cpu);
  TRY(cpu.store<T>(cpu.operand2(op), reversed(Elements<T>{cpu.vr(op.r1)}[op.mask(3)])));
  return Step::next;
}

template <class T>
VectorRegister with_bytes_reversed(const VectorRegister& v) {
  return map<T>(reversed<T>, Elements<T>{v});
}
template <class T>
VectorRegister with_elements_reversed(const VectorRegister& v) {
  const Elements<T> source{v};
  Elements<T> result;
  for (unsigned i = 0; i < result.count; ++i) result[i] = source[result.count - 1 - i];
  return result;
}

// The storage operand is not looked at when the size is reserved.
template <ElementSize first, ElementSize last>
bool is_size(unsigned code) { return code >= first && code <= last; }

}  // namespace

Z_INSTRUCTION(vector_load_byte_reversed_element_16) { return load_reversed_element<uint16_t>(cpu, op); }
Z_INSTRUCTION(vector_load_byte_reversed_element_32) { return load_reversed_element<uint32_t>(cpu, op); }
Z_INSTRUCTION(vector_load_byte_reversed_element_64) { return load_reversed_element<uint64_t>(cpu, op); }
Z_INSTRUCTION(vector_store_byte_reversed_element_16) { return store_reversed_element<uint16_t>(cpu, op); }
Z_INSTRUCTION(vector_store_byte_reversed_element_32) { return store_reversed_element<uint32_t>(cpu, op); }
Z_INSTRUCTION(vector_store_byte_reversed_element_64) { return store_reversed_element<uint64_t>(cpu, op); }

Z_INSTRUCTION(vector_load_byte_reversed_element_and_zero) {
  constexpr unsigned word_left = 6;
  const uint64_t address = cpu.operand2(op);
  uint64_t left = 0;
  switch (op.mask(3)) {
    case halfword: left = reversed(TRY(cpu.fetch<uint16_t>(address))); break;
    case word: left = reversed(TRY(cpu.fetch<uint32_t>(address))); break;
    case doubleword: left = reversed(TRY(cpu.fetch<uint64_t>(address))); break;
    case word_left: left = uint64_t{reversed(TRY(cpu.fetch<uint32_t>(address)))} << 32; break;
    default: return specification_exception(cpu);
  }
  cpu.vr(op.r1) = {left, 0};
  return Step::next;
}
Z_INSTRUCTION(vector_load_byte_reversed_element_and_replicate) {
  const uint64_t address = cpu.operand2(op);
  uint64_t half = 0;
  switch (op.mask(3)) {
    case halfword: half = reversed(TRY(cpu.fetch<uint16_t>(address))) * 0x0001'0001'0001'0001ULL; break;
    case word: half = reversed(TRY(cpu.fetch<uint32_t>(address))) * 0x0000'0001'0000'0001ULL; break;
    case doubleword: half = reversed(TRY(cpu.fetch<uint64_t>(address))); break;
    default: return specification_exception(cpu);
  }
  cpu.vr(op.r1) = {half, half};
  return Step::next;
}

Z_INSTRUCTION(vector_load_byte_reversed_elements) {
  if (!is_size<halfword, quadword>(op.mask(3))) return specification_exception(cpu);
  const VectorRegister found = TRY(fetch_vector(cpu, cpu.operand2(op)));
  return by_size<halfword, quadword>(cpu, op.mask(3), [&]<class T>() { cpu.vr(op.r1) = with_bytes_reversed<T>(found); });
}
Z_INSTRUCTION(vector_load_elements_reversed) {
  if (!is_size<halfword, doubleword>(op.mask(3))) return specification_exception(cpu);
  const VectorRegister found = TRY(fetch_vector(cpu, cpu.operand2(op)));
  return by_size<halfword, doubleword>(cpu, op.mask(3), [&]<class T>() { cpu.vr(op.r1) = with_elements_reversed<T>(found); });
}
Z_INSTRUCTION(vector_store_byte_reversed_elements) {
  VectorRegister image;
  const Step step = by_size<halfword, quadword>(cpu, op.mask(3), [&]<class T>() { image = with_bytes_reversed<T>(cpu.vr(op.r1)); });
  if (step != Step::next) return step;
  TRY(store_vector(cpu, cpu.operand2(op), image));
  return Step::next;
}
Z_INSTRUCTION(vector_store_elements_reversed) {
  VectorRegister image;
  const Step step = by_size<halfword, doubleword>(cpu, op.mask(3), [&]<class T>() { image = with_elements_reversed<T>(cpu.vr(op.r1)); });
  if (step != Step::next) return step;
  TRY(store_vector(cpu, cpu.operand2(op), image));
  return Step::next;
}

}  // namespace cpu
