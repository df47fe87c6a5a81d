#include "cpu/compression_search.h"

namespace cpu::compression {

Access<Match> Search::longest() {
  const auto first = character_at(0);
  if (!first) return Access<Match>::refused();
  match_ = {first.value(), 1};
  auto entry = dictionary_.entry(cpu_, match_.symbol);
  if (!entry) return Access<Match>::refused();
  entry_ = entry.value();
  while (match_.length < length_) {
    if (match_.length > longest_string) return invalid<Match>();
    const auto next = character_at(match_.length);
    if (!next) return Access<Match>::refused();
    next_ = next.value();
    had_equal_ = false;
    seen_ = 0;
    const auto found = try_children(entry_);
    if (!found) return Access<Match>::refused();
    if (found.value() != Found::entry) break;
  }
  return match_;
}

// Children with the same first character stand side by side: when one did not match for its further characters, the next may;
// another character ends the search.
Access<Search::Found> Search::try_child(std::uint8_t character, unsigned index, bool must_examine) {
  if (++seen_ > most_children) return invalid<Found>();
  if (character != next_) return had_equal_ ? Found::end : Found::nothing;
  if (!must_examine) {
    match_ = {index & (dictionary_.entries() - 1), match_.length + 1};
    return Found::end;
  }
  const auto entry = dictionary_.entry(cpu_, index);
  if (!entry) return Access<Found>::refused();
  const CharacterEntry child(entry.value());
  if (!child.is_valid()) return invalid<Found>();
  const auto same = extensions_match(child);
  if (!same) return Access<Found>::refused();
  had_equal_ = !same.value();
  if (!same.value()) return Found::nothing;
  match_ = {index & (dictionary_.entries() - 1), match_.length + 1 + child.extensions()};
  entry_ = entry.value();
  return Found::entry;
}

Access<bool> Search::extensions_match(const CharacterEntry& child) {
  if (match_.length + 1 + child.extensions() > length_) return false;
  for (unsigned i = 0; i < child.extensions(); ++i) {
    const auto character = character_at(match_.length + 1 + i);
    if (!character) return Access<bool>::refused();
    if (character.value() != child.extension(i)) return false;
  }
  return true;
}

Access<Search::Found> Search::try_children(std::uint64_t entry) {
  const CharacterEntry parent(entry);
  if (!parent.is_valid()) return invalid<Found>();
  for (unsigned i = 0; i < parent.children(); ++i) {
    const auto found = try_child(parent.child(i), parent.first_child() + i, parent.must_examine(i));
    if (!found || found.value() != Found::nothing) return found;
  }
  if (!parent.has_siblings()) return Found::nothing;
  return try_siblings(parent, parent.first_child() + parent.children());
}

// The entries of a descriptor's siblings are behind it. The last two are examined as the parent says for the first descriptor, and
// always for the others.
Access<Search::Found> Search::try_siblings(const CharacterEntry& parent, unsigned index) {
  for (bool is_first = true;; is_first = false) {
    const auto entry = dictionary_.entry(cpu_, index);
    if (!entry) return Access<Found>::refused();
    std::uint64_t extension = 0;
    if (dictionary_.siblings == Siblings::format_1) {
      const auto more = dictionary_.extension(cpu_, index);
      if (!more) return Access<Found>::refused();
      extension = more.value();
    }
    const SiblingDescriptor descriptor(dictionary_.siblings, entry.value(), extension);
    if (!descriptor.is_valid()) return invalid<Found>();
    for (unsigned i = 0; i < descriptor.siblings(); ++i) {
      const unsigned bits = descriptor.bits();
      const bool examined = i < bits ? descriptor.must_examine(i) : !is_first || parent.must_examine_late_sibling(i - bits);
      const auto found = try_child(descriptor.sibling(i), index + 1 + i, examined);
      if (!found || found.value() != Found::nothing) return found;
    }
    if (!descriptor.goes_on()) return Found::nothing;
    index += descriptor.siblings() + 1;
  }
}

}  // namespace cpu::compression
