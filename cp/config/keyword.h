#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cp {

// A keyword as the manuals print it: the capitals (with digits and underscores) that it starts with are its shortest
// abbreviation, "Query" is Q to QUERY. Words are compared without regard to case.
class Keyword {
 public:
  constexpr Keyword(const char* form) : form_(form) {  // NOLINT: written in place as a literal
    while (minimum_ < form_.size() && !(form_[minimum_] >= 'a' && form_[minimum_] <= 'z')) ++minimum_;
  }
  bool matches(std::string_view word) const;
  constexpr std::string_view form() const { return form_; }

 private:
  std::string_view form_;
  std::size_t minimum_ = 0;
};

std::string upper(std::string_view text);

// `*` stands for any characters, `%` for one.
bool matches_pattern(std::string_view name, std::string_view pattern);

// The candidate that differs from `word` in the fewest letters; empty when none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace cp
