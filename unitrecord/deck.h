#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <istream>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace unitrecord {

inline constexpr std::size_t card_columns = 80;
using Card = std::array<std::byte, card_columns>;

// How a host file stands for cards: 80 bytes each as they are, or a line of text each.
enum class Coding { image, text };

// A deck of cards in a host file or in memory, read card by card.
class Deck {
 public:
  static z::Result<Deck> open(const std::filesystem::path& path, Coding coding);
  static Deck of(std::string content, Coding coding);

  // Nothing: that was the last card. The last one of an image is filled up with X'00', a line with blanks. Fails when the file
  // cannot be read or a line is longer than a card.
  z::Result<std::optional<Card>> next();

 private:
  Deck(std::filesystem::path path, Coding coding, std::unique_ptr<std::istream> file)
      : path_(std::move(path)), coding_(coding), file_(std::move(file)) {}
  z::Result<std::optional<Card>> next_image();
  z::Result<std::optional<Card>> next_line();

  std::filesystem::path path_;
  Coding coding_;
  std::unique_ptr<std::istream> file_;
};

}  // namespace unitrecord
