#include "unitrecord/deck.h"

#include <cerrno>
#include <fstream>
#include <sstream>

#include "base/ebcdic.h"

namespace unitrecord {

z::Result<Deck> Deck::open(const std::filesystem::path& path, Coding coding) {
  if (std::filesystem::is_directory(path)) return z::failure(z::Error::host(EISDIR, fmt::format("open {}", path.string())));
  errno = 0;
  auto file = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!*file) return z::failure(z::Error::host(errno, fmt::format("open {}", path.string())));
  return Deck{path, coding, std::move(file)};
}

Deck Deck::of(std::string content, Coding coding) { return {{}, coding, std::make_unique<std::istringstream>(std::move(content))}; }

z::Result<std::optional<Card>> Deck::next() { return coding_ == Coding::image ? next_image() : next_line(); }

z::Result<std::optional<Card>> Deck::next_image() {
  std::array<char, card_columns> bytes{};
  file_->read(bytes.data(), bytes.size());
  if (file_->bad()) return z::failure("cannot read {}", path_.string());
  if (file_->gcount() == 0) return std::nullopt;
  Card card;
  for (std::size_t i = 0; i < card.size(); ++i) card[i] = static_cast<std::byte>(bytes[i]);
  return card;
}

z::Result<std::optional<Card>> Deck::next_line() {
  std::string line;
  if (!std::getline(*file_, line)) {
    if (file_->bad()) return z::failure("cannot read {}", path_.string());
    return std::nullopt;
  }
  if (line.ends_with('\r')) line.pop_back();
  if (line.size() > card_columns) return z::failure("{}: a line of {} characters does not fit on a card", path_.string(), line.size());
  line.resize(card_columns, ' ');
  Card card;
  for (std::size_t i = 0; i < card.size(); ++i) card[i] = std::byte{z::to_ebcdic(line[i])};
  return card;
}

}  // namespace unitrecord
