#include "cp/command/words.h"

#include <algorithm>
#include <charconv>

#include "cp/config/source.h"

namespace cp {

std::optional<std::uint64_t> parse_hexadecimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void Words::skip_blanks() { next_ = std::min(text_.find_first_not_of(" \t", next_), text_.size()); }

std::string_view Words::word() const {
  const auto end = std::min(text_.find_first_of(" \t", next_), text_.size());
  return std::string_view{text_}.substr(next_, end - next_);
}

std::string Words::peek() const { return upper(word()); }

std::string Words::take() {
  auto result = peek();
  next_ += result.size();
  skip_blanks();
  return result;
}

bool Words::take_if(Keyword keyword) {
  if (!more() || !keyword.matches(word())) return false;
  take();
  return true;
}

std::string Words::rest() {
  auto result = text_.substr(next_);
  next_ = text_.size();
  return result;
}

Answer<std::string> Words::operand() {
  if (!more()) return refusal(26);
  return take();
}

Answer<std::string> Words::userid() {
  if (!more() || !is_name(word())) return refusal(20);
  return take();
}

Answer<std::string> Words::system_name() {
  if (!more()) return refusal(26);
  if (!is_name(word())) return refusal(2, peek());
  return take();
}

Answer<z::DeviceNumber> Words::virtual_device() {
  const auto device = device_number(word());
  if (!device) return refusal(22);
  take();
  return *device;
}

Answer<z::DeviceNumber> Words::real_device() {
  const auto device = device_number(word());
  if (!device) return refusal(21);
  take();
  return *device;
}

Answer<std::vector<z::DeviceNumber>> Words::real_devices() {
  const auto text = peek();
  const auto dash = std::min(text.find('-'), text.size());
  const auto first = device_number(std::string_view{text}.substr(0, dash));
  const auto last = dash == text.size() ? first : device_number(std::string_view{text}.substr(dash + 1));
  if (!first || !last || *last < *first) return refusal(21);
  take();
  std::vector<z::DeviceNumber> devices;
  for (std::uint32_t device = first->value; device <= last->value; ++device)
    devices.emplace_back(static_cast<std::uint16_t>(device));
  return devices;
}

Answer<std::uint64_t> Words::number(std::uint64_t lowest, std::uint64_t highest) {
  if (!more()) return refusal(26);
  const auto text = peek();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < lowest || value > highest)
    return refusal(2, text);
  take();
  return value;
}

Answer<std::uint64_t> Words::hexadecimal() {
  if (!more()) return refusal(26);
  const auto value = parse_hexadecimal(word());
  if (!value) return refusal(2, peek());
  take();
  return *value;
}

Answer<> Words::end() const {
  if (more()) return refusal(2, peek());
  return {};
}

}  // namespace cp
