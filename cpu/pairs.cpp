#include "cpu/pairs.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "cpu/instruction.h"

namespace cpu {

#define STEP(name)                                      \
  namespace semantics {                                 \
  Step name(Cpu& cpu, const Op& op);                    \
  }                                                     \
  Z_HANDLER run_##name(Cpu& cpu, const Op* op);
#define STORE(name) STEP(name)
#define LAST(name) STEP(name)
#define BRANCH(name)                                    \
  namespace semantics {                                 \
  bool name(Cpu& cpu, const Op& op);                    \
  }                                                     \
  Z_HANDLER run_##name(Cpu& cpu, const Op* op);
#include "cpu/pairs.inc"
#undef STEP
#undef STORE
#undef LAST
#undef BRANCH

namespace {

using Semantics = Step (*)(Cpu&, const Op&);
using Condition = bool (*)(Cpu&, const Op&);

enum class Effect : std::uint8_t { registers, storage };

// An instruction by its handler when it is alone and its semantics function.
template <Handler alone_, auto semantics_, Effect effect_>
struct Part {
  static constexpr Handler alone = alone_;
  static constexpr auto semantics = semantics_;
  static constexpr Effect effect = effect_;
};
template <class... Parts>
struct List {};
struct End {};

// Each list ends in an End because each line of pairs.inc ends in a comma.
#define PART(name) Part<run_##name, semantics::name, Effect::registers>,
#define NOTHING(name)
#define STEP(name) PART(name)
#define STORE(name) Part<run_##name, semantics::name, Effect::storage>,
#define LAST(name) NOTHING(name)
#define BRANCH(name) NOTHING(name)
using Firsts = List<
#include "cpu/pairs.inc"
    End>;
#undef LAST
#undef BRANCH
#define LAST(name) PART(name)
#define BRANCH(name) PART(name)
using Seconds = List<
#include "cpu/pairs.inc"
    End>;
#undef STEP
#undef STORE
#undef LAST
#undef BRANCH
#undef NOTHING
#undef PART

// The first instruction, or the end of the handler.
#define Z_FIRST(effect, semantics, op)                                                  \
  if (const Step step = (semantics)(cpu, *(op)); step != Step::next) [[unlikely]] {     \
    cpu.leave_with(step);                                                               \
    Z_GO_TO(leave_block, op);                                                           \
  }                                                                                     \
  const Op* const other = (op) + 1;                                                     \
  if ((effect) == Effect::storage && handler_of(other) == run_stale) [[unlikely]] Z_GO_TO(run_stale, other)

template <Effect effect, Semantics first, Semantics second>
Z_HANDLER run_both(Cpu& cpu, const Op* op) {
  Z_FIRST(effect, first, op);
  const Step step = second(cpu, *other);
  Z_END_INSTRUCTION(step, other);
}

template <Effect effect, Semantics first, Condition second>
Z_HANDLER run_both(Cpu& cpu, const Op* op) {
  Z_FIRST(effect, first, op);
  const bool is_taken = second(cpu, *other);
  Z_END_RELATIVE_BRANCH(is_taken, other);
}

#undef Z_FIRST

void add_pair(std::vector<Pair>&, auto, End) {}
template <class First, class Second>
void add_pair(std::vector<Pair>& to, First, Second) {
  to.push_back({First::alone, Second::alone, run_both<First::effect, First::semantics, Second::semantics>});
}
template <class... Seconds>
void add_pairs_of(std::vector<Pair>&, End, List<Seconds...>) {}
template <class First, class... Seconds>
void add_pairs_of(std::vector<Pair>& to, First first, List<Seconds...>) {
  (add_pair(to, first, Seconds{}), ...);
}
template <class... Firsts, class Seconds>
void add_pairs(std::vector<Pair>& to, List<Firsts...>, Seconds seconds) {
  (add_pairs_of(to, Firsts{}, seconds), ...);
}

bool precedes(const Pair& pair, const std::pair<Handler, Handler>& wanted) {
  const std::less<Handler> less;
  return less(pair.first, wanted.first) || (pair.first == wanted.first && less(pair.second, wanted.second));
}

}  // namespace

const std::vector<Pair>& pairs() {
  static const auto sorted = [] {
    std::vector<Pair> all;
    add_pairs(all, Firsts{}, Seconds{});
    std::ranges::sort(all, [](const Pair& a, const Pair& b) { return precedes(a, {b.first, b.second}); });
    return all;
  }();
  return sorted;
}

Handler pair_of(Handler first, Handler second) {
  const auto& all = pairs();
  const auto found = std::lower_bound(all.begin(), all.end(), std::pair{first, second}, precedes);
  return found != all.end() && found->first == first && found->second == second ? found->both : nullptr;
}

}  // namespace cpu
