#include "cp/config/source.h"

#include <fmt/format.h>

#include <charconv>

namespace cp {
namespace {

std::optional<std::uint32_t> parse_number(std::string_view text, int base) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_alphanumeric(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

}  // namespace

std::string Diagnostic::line() const {
  const auto* const kind = severity == Severity::error ? "error" : "warning";
  if (at.line == 0) return fmt::format("{}: {}: {}", file, kind, text);
  return fmt::format("{}:{}:{}: {}: {}", file, at.line, at.column, kind, text);
}

bool is_name(std::string_view text) {
  const auto is_allowed = [](char c) { return is_alphanumeric(c) || std::string_view{"@#$_-"}.contains(c); };
  return !text.empty() && text.size() <= 8 && std::ranges::all_of(upper(text), is_allowed);
}

std::optional<z::DeviceNumber> device_number(std::string_view text) {
  const auto value = parse_number(text, 16);
  if (text.size() > 4 || !value) return std::nullopt;
  return z::DeviceNumber{static_cast<std::uint16_t>(*value)};
}

Position Cursor::at() const {
  if (more()) return peek().at;
  if (tokens_.empty()) return {};
  const auto& last = tokens_.back();
  return {last.at.line, last.at.column + static_cast<unsigned>(last.text.size())};
}

void Cursor::fail(std::string text) const { throw SyntaxError{at(), std::move(text)}; }

bool Cursor::take_if(Keyword keyword) {
  if (!is_next(keyword)) return false;
  ++next_;
  return true;
}

void Cursor::expect(Keyword keyword) {
  if (take_if(keyword)) return;
  if (more()) fail(fmt::format("{} is expected before {}", keyword.form(), peek().text));
  fail(fmt::format("{} is missing", keyword.form()));
}

Token Cursor::take(std::string_view what) {
  if (!more()) fail(fmt::format("{} is missing", what));
  return tokens_[next_++];
}

std::string Cursor::name(std::string_view what) {
  if (more() && !is_name(peek().text))
    fail(fmt::format("{} is not a {}: it takes 1 to 8 letters, digits or @ # $ _ -", peek().text, what));
  return upper(take(what).text);
}

std::string Cursor::volume(std::string_view what) {
  if (more() && (peek().text.size() > 6 || !is_name(peek().text)))
    fail(fmt::format("{} is not a {}: it takes 1 to 6 letters or digits", peek().text, what));
  return upper(take(what).text);
}

std::uint32_t Cursor::number(std::string_view what, std::uint32_t lowest, std::uint32_t highest) {
  if (more()) {
    const auto value = parse_number(peek().text, 10);
    if (!value || *value < lowest || *value > highest)
      fail(fmt::format("{} is not a {}: it is a number from {} to {}", peek().text, what, lowest, highest));
  }
  return *parse_number(take(what).text, 10);
}

z::DeviceNumber Cursor::device(std::string_view what) {
  if (more() && !device_number(peek().text))
    fail(fmt::format("{} is not a {}: it takes 1 to 4 hexadecimal digits", peek().text, what));
  return *device_number(take(what).text);
}

std::vector<z::DeviceNumber> Cursor::devices(std::string_view what) {
  const auto form = more() ? peek().text : std::string{};
  const auto dash = form.find('-');
  if (dash == std::string::npos) return {device(what)};
  const auto first = device_number(std::string_view{form}.substr(0, dash));
  const auto last = device_number(std::string_view{form}.substr(dash + 1));
  if (!first || !last || *last < *first) fail(fmt::format("{} is not a range of {}s", form, what));
  take(what);
  std::vector<z::DeviceNumber> result;
  for (std::uint32_t number = first->value; number <= last->value; ++number)
    result.emplace_back(static_cast<std::uint16_t>(number));
  return result;
}

std::vector<std::string> Cursor::rest() {
  std::vector<std::string> words;
  while (more()) words.push_back(upper(take("operand").text));
  return words;
}

void Cursor::end(std::string_view statement) {
  if (more()) fail(fmt::format("{} is not an operand of {}", peek().text, statement));
}

}  // namespace cp
