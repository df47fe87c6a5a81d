#include "cp/isfc/write_program.h"

#include <algorithm>

#include "base/assert.h"
#include "base/be.h"

namespace cp::isfc {
namespace {

constexpr std::size_t most_of_a_ccw = 15 * z::page_size;  // its count has 16 bits

std::size_t pages(std::size_t length) { return (length + z::page_size - 1) / z::page_size; }
std::size_t whole_pages(std::size_t length) { return pages(length) * z::page_size; }

// At worst every piece in place is a page or a little more, with something small between it and the next.
std::size_t most_ccws(std::size_t largest) { return 2 * pages(largest) + 2 * (largest / most_of_a_ccw + 1) + 1; }
std::size_t most_words(std::size_t largest) { return 3 * (pages(largest) + 1); }

std::size_t lists_at(std::size_t largest) { return whole_pages(most_ccws(largest) * sizeof(channel::Ccw1)); }
std::size_t data_at(std::size_t largest) { return lists_at(largest) + whole_pages(most_words(largest) * sizeof(z::be64)); }

}  // namespace

std::size_t WriteProgram::area_size(std::size_t largest) { return data_at(largest) + largest; }

WriteProgram::WriteProgram(IoArea area, std::size_t largest) : area_(area), lists_(lists_at(largest)), data_(data_at(largest)) {
  Z_ASSERT(area.size() >= area_size(largest));
}

void WriteProgram::compose(std::uint8_t command, std::span<const std::span<const std::byte>> pieces) {
  parts_.clear();
  copied_ = words_ = 0;
  for (const auto piece : pieces) {
    const auto address = area_.address_of(piece);
    if (address && piece.size() >= z::page_size) add_in_place(*address, piece.size());
    else add_copy(piece);
  }
  put(command);
}

void WriteProgram::add_copy(std::span<const std::byte> piece) {
  area_.write(data_ + copied_, piece);
  auto address = area_.origin().value + data_ + copied_;
  copied_ += piece.size();
  for (auto left = piece.size(); left > 0;) {
    if (parts_.empty() || parts_.back().kind != Kind::direct || parts_.back().count == most_of_a_ccw)
      parts_.push_back({Kind::direct, address, 0, address});
    auto& part = parts_.back();
    const auto added = std::min(left, most_of_a_ccw - part.count);
    part.count += added;
    part.end = address += added;
    left -= added;
  }
}

// Only the first word of a list may point into a block, and only the last block may end early (PoP ch. 15, "CCW Indirect Data
// Addressing").
void WriteProgram::add_in_place(z::AbsoluteAddress start, std::size_t length) {
  auto address = start.value;
  for (const auto end = address + length; address < end;) {
    const auto in_block = std::min<std::uint64_t>(end - address, z::page_size - address % z::page_size);
    const bool goes_on = !parts_.empty() && parts_.back().kind == Kind::indirect && parts_.back().end % z::page_size == 0 &&
                         address % z::page_size == 0 && parts_.back().count + in_block <= most_of_a_ccw;
    const auto word_at = lists_ + words_++ * sizeof(z::be64);
    if (!goes_on) parts_.push_back({Kind::indirect, area_.origin().value + word_at, 0, 0});
    const z::be64 word = address;
    area_.write(word_at, std::as_bytes(std::span{&word, 1}));
    auto& part = parts_.back();
    part.count += in_block;
    part.end = address += in_block;
  }
}

void WriteProgram::put(std::uint8_t command) {
  using Flag = ChannelProgram::Flag;
  ChannelProgram program{area_, lists_ / sizeof(channel::Ccw1)};
  for (const auto& part : parts_) {
    std::uint8_t flags = Flag::suppress_length;
    if (part.kind == Kind::indirect) flags |= Flag::indirect;
    if (&part != &parts_.back()) flags |= Flag::chain_data;
    program.add_at(command, part.address - area_.origin().value, part.count, flags);
  }
}

}  // namespace cp::isfc
