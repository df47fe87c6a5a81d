#include "app/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <memory>

namespace app {

dasd3390::Progress progress_bar(std::string what) {
  if (::isatty(STDERR_FILENO) == 0) return {};
  return [what = std::move(what), shown = std::make_shared<std::uint64_t>(~0ull)](std::uint64_t done, std::uint64_t all) {
    constexpr std::uint64_t width = 40;
    const auto per_mille = all == 0 ? 1000 : done * 1000 / all;
    if (per_mille == *shown) return;
    *shown = per_mille;
    const auto filled = per_mille * width / 1000;
    fmt::print(stderr, "\r{} [{:#<{}}{:.<{}}] {:5.1f} %", what, "", filled, "", width - filled,
               static_cast<double>(per_mille) / 10);
    if (done == all) fmt::print(stderr, "\n");
  };
}

}  // namespace app
