#pragma once

#include <cstdint>
#include <functional>

namespace dasd3390 {

// Told now and then how far a long work is: units done of all. May be empty.
using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;

}  // namespace dasd3390
