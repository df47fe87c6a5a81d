#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "dasd3390/tools/create.h"

namespace cp {

// A new labelled 3390-3 in a file of its own that ends with the test.
class NewVolumeTest : public testing::Test {
 protected:
  NewVolumeTest() {
    std::filesystem::remove(path_);
    const auto made = dasd3390::create_volume(path_, {.geometry = {3339}, .volser = "OLDLBL"});
    EXPECT_TRUE(made) << made.error().text();
  }
  ~NewVolumeTest() override { std::filesystem::remove(path_); }

  dasd3390::Editor open(dasd3390::Access access = dasd3390::Access::write) const {
    return dasd3390::Editor::open(dasd3390::Volume::open(path_, access).value()).value();
  }

  const std::filesystem::path path_ =
      std::filesystem::temp_directory_path() /
      (std::string{testing::UnitTest::GetInstance()->current_test_info()->name()} + std::to_string(::getpid()) + ".ckd");
};

}  // namespace cp
