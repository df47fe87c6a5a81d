#pragma once
#include <cstdint>
#include <span>
namespace cpu { std::span<const std::uint64_t> facility_list(); }
