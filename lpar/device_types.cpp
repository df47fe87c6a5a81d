#include "lpar/device_types.h"

#include <algorithm>

#include "ctc/fctc.h"
#include "dasd3390/device_type.h"

namespace lpar {
namespace {

z::Result<std::unique_ptr<channel::Device>> make_fctc(std::string_view arguments) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= arguments.size();) {
    const auto end = std::min(arguments.find(',', at), arguments.size());
    words.emplace_back(arguments.substr(at, end - at));
    at = end + 1;
  }
  return ctc::make_fctc(words);
}

}  // namespace

z::Result<std::unique_ptr<channel::Registry>> device_types(const std::vector<std::string>& plugins) {
  auto registry = std::make_unique<channel::Registry>();
  Z_CHECK(registry->add("3390", [](std::string_view arguments) { return dasd3390::make_device(arguments); }));
  Z_CHECK(registry->add("fctc", make_fctc));
  for (const auto& plugin : plugins) Z_CHECK(registry->load_plugin(plugin));
  return registry;
}

}  // namespace lpar
