#include "cp/config/keyword.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace cp {
namespace {

constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (upper(a[i - 1]) != upper(b[j - 1]));
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string upper(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(), [](char c) { return upper(c); });
  return result;
}

bool Keyword::matches(std::string_view word) const {
  return word.size() >= minimum_ && word.size() <= form_.size() && !word.empty() &&
         std::ranges::equal(word, form_.substr(0, word.size()), {}, [](char c) { return upper(c); },
                            [](char c) { return upper(c); });
}

bool matches_pattern(std::string_view name, std::string_view pattern) {
  if (pattern.empty()) return name.empty();
  if (pattern.front() == '*')
    return matches_pattern(name, pattern.substr(1)) || (!name.empty() && matches_pattern(name.substr(1), pattern));
  if (name.empty() || (pattern.front() != '%' && upper(pattern.front()) != upper(name.front()))) return false;
  return matches_pattern(name.substr(1), pattern.substr(1));
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  const auto best = std::ranges::min_element(candidates, {}, [&](auto candidate) { return distance(word, candidate); });
  if (best == candidates.end() || distance(word, *best) > std::max<std::size_t>(2, word.size() / 3)) return {};
  return *best;
}

}  // namespace cp
