// Vector strings: searches that answer with the byte number of the leftmost element found, 16 for none. PoP ch. 23.
#include <algorithm>

#include "cpu/instruction.h"
#include "cpu/vector_elements.h"

namespace cpu {

using std::uint64_t;
using std::uint8_t;

namespace {

// Bits of the mask field that the instructions share.
constexpr unsigned invert_result = 8, element_masks = 4, zero_search = 2, set_condition_code = 1;

constexpr unsigned not_found = 16;

// Byte number of the leftmost element for which f(i) holds.
template <class T, class F>
unsigned find(F f) {
  for (unsigned i = 0; i < Elements<T>::count; ++i)
    if (f(i)) return i * sizeof(T);
  return not_found;
}
template <class T>
unsigned find_zero(const Elements<T>& elements, unsigned flags) {
  return flags & zero_search ? find<T>([&](unsigned i) { return elements[i] == 0; }) : not_found;
}

// The answer is in byte 7, zeros elsewhere.
VectorRegister index_result(unsigned index) { return {index, 0}; }

// 0: a zero came first, or as soon; 1: found, and no zero; 2: found in front of a zero; 3: neither.
uint8_t search_code(unsigned found, unsigned zero) {
  if (zero == not_found) return found == not_found ? 3 : 1;
  return found < zero ? 2 : 0;
}

// The common part of VFAE and VSTRC: holds(element of V2) decides.
template <class T, class F>
void search_elements(Cpu& cpu, const Op& op, unsigned flags, F holds) {
  const Elements<T> string{cpu.vr(op.r2)};
  const bool wanted = (flags & invert_result) == 0;
  const auto matches = map<T>([&](T element) { return truth<T>(holds(element) == wanted); }, string);
  const unsigned found = find<T>([&](unsigned i) { return matches[i] != 0; }), zero = find_zero(string, flags);
  cpu.vr(op.r1) = flags & element_masks ? VectorRegister{matches} : index_result(std::min(found, zero));
  if (flags & set_condition_code) cpu.cc = search_code(found, zero);
}

// VSTRC: each pair of V3 elements is a pair of bounds, and the first bits of V4's elements say how they are compared. In a pair
// both comparisons must hold.
template <class T>
bool compares(T element, T bound, T control) {
  const auto asks = [&](unsigned bit) { return control >> (bits_of<T> - 1 - bit) & 1; };
  return element == bound ? asks(0) : element < bound ? asks(1) : asks(2);
}
template <class T>
bool is_in_range(T element, const Elements<T>& bounds, const Elements<T>& controls) {
  for (unsigned i = 0; i < bounds.count; i += 2)
    if (compares(element, bounds[i], controls[i]) && compares(element, bounds[i + 1], controls[i + 1])) return true;
  return false;
}

// VSTRS in elements: the first place in the string where the substring begins, or where it begins and the register ends.
struct Match {
  unsigned place;
  uint8_t code;
};
template <class T>
Match search_string(const Elements<T>& string, const Elements<T>& substring, unsigned length, unsigned flags) {
  constexpr unsigned count = Elements<T>::count;
  constexpr uint8_t no_match = 0, no_match_and_zero = 1, full_match = 2, partial_match = 3;
  const unsigned zero_in_substring = find_zero(substring, flags) / sizeof(T), end = find_zero(string, flags) / sizeof(T);
  const unsigned wanted = std::min(length, zero_in_substring);
  if (wanted == 0) return {0, full_match};
  for (unsigned place = 0; place < end; ++place) {
    const unsigned compared = std::min(wanted, end - place);
    unsigned equal = 0;
    while (equal < compared && string[place + equal] == substring[equal]) ++equal;
    if (equal == wanted) return {place, full_match};
    if (equal == compared && end == count) return {place, partial_match};
  }
  return {count, end == count ? no_match : no_match_and_zero};
}

}  // namespace

Z_INSTRUCTION(vector_find_any_element_equal) {
  return by_size<byte, word>(cpu, op.mask(4), [&]<class T>() {
    const Elements<T> wanted{cpu.vr(op.r3)};
    search_elements<T>(cpu, op, op.mask(5), [&](T element) {
      return find<T>([&](unsigned i) { return wanted[i] == element; }) != not_found;
    });
  });
}

Z_INSTRUCTION(vector_find_element_equal) {
  if (op.mask(5) & (invert_result | element_masks)) return specification_exception(cpu);
  return by_size<byte, word>(cpu, op.mask(4), [&]<class T>() {
    const Elements<T> a{cpu.vr(op.r2)}, b{cpu.vr(op.r3)};
    const unsigned found = find<T>([&](unsigned i) { return a[i] == b[i]; }), zero = find_zero(a, op.mask(5));
    cpu.vr(op.r1) = index_result(std::min(found, zero));
    if (op.mask(5) & set_condition_code) cpu.cc = search_code(found, zero);
  });
}

// The condition code compares the elements found: 0 equal and zero, 1 the first is low, 2 it is high, 3 none found.
Z_INSTRUCTION(vector_find_element_not_equal) {
  if (op.mask(5) & (invert_result | element_masks)) return specification_exception(cpu);
  return by_size<byte, word>(cpu, op.mask(4), [&]<class T>() {
    const Elements<T> a{cpu.vr(op.r2)}, b{cpu.vr(op.r3)};
    const unsigned found = find<T>([&](unsigned i) { return a[i] != b[i]; }), zero = find_zero(a, op.mask(5));
    const unsigned index = std::min(found, zero);
    cpu.vr(op.r1) = index_result(index);
    if ((op.mask(5) & set_condition_code) == 0) return;
    if (index == not_found) cpu.cc = 3;
    else if (found > zero) cpu.cc = 0;
    else cpu.cc = a[index / sizeof(T)] < b[index / sizeof(T)] ? 1 : 2;
  });
}

// The elements in front of the first zero, zeros behind it.
Z_INSTRUCTION(vector_isolate_string) {
  if (op.mask(5) & ~set_condition_code) return specification_exception(cpu);
  return by_size<byte, word>(cpu, op.mask(3), [&]<class T>() {
    const Elements<T> string{cpu.vr(op.r2)};
    const unsigned zero = find_zero(string, zero_search);
    Elements<T> result;
    for (unsigned i = 0; i < zero / sizeof(T); ++i) result[i] = string[i];
    cpu.vr(op.r1) = result;
    if (op.mask(5) & set_condition_code) cpu.cc = zero == not_found ? 3 : 0;
  });
}

Z_INSTRUCTION(vector_string_range_compare) {
  return by_size<byte, word>(cpu, op.mask(5), [&]<class T>() {
    const Elements<T> bounds{cpu.vr(op.r3)}, controls{cpu.vr(op.b1)};
    search_elements<T>(cpu, op, op.mask(6), [&](T element) { return is_in_range(element, bounds, controls); });
  });
}

// Byte 7 of V4 is the length of the substring.
Z_INSTRUCTION(vector_string_search) {
  if (op.mask(6) & ~zero_search) return specification_exception(cpu);
  return by_size<byte, word>(cpu, op.mask(5), [&]<class T>() {
    const unsigned length = std::min<unsigned>(cpu.vr(op.b1).high & 0xFF, sizeof(VectorRegister)) / sizeof(T);
    const Match match = search_string<T>(cpu.vr(op.r2), cpu.vr(op.r3), length, op.mask(6));
    cpu.vr(op.r1) = index_result(match.place * sizeof(T));
    cpu.cc = match.code;
  });
}

}  // namespace cpu
