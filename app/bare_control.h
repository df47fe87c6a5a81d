#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/run_directory.h"
#include "base/result.h"
#include "lpar/bare_partition.h"
#include "lpar/control.h"

namespace app {

// The command socket of a bare partition with a name, for `endicott io`, `endicott trace` and `endicott cp`.
class BareControl {
 public:
  static z::Result<BareControl> start(const std::string& name, lpar::BarePartition& partition);

 private:
  BareControl() = default;
  std::unique_ptr<lpar::ControlServer> server_;
  std::unique_ptr<Announcement> announcement_;
};

}  // namespace app
