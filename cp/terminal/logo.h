#pragma once

#include <string>
#include <string_view>

#include "cp/terminal/data_stream.h"

namespace cp {

// The screen of a terminal where nobody is logged on, with fields to log on by.
class Logo {
 public:
  Logo(ScreenSize size, std::string system) : size_(size), system_(std::move(system)) {}

  DataStream screen() const;
  // The command that the fields amount to; empty when they are.
  std::string command(const Entered& entered) const;

 private:
  unsigned userid_position() const { return field_at(size_.rows - 5); }
  unsigned password_position() const { return field_at(size_.rows - 4); }
  unsigned command_position() const { return field_at(size_.rows - 2); }
  unsigned field_at(unsigned row) const;

  const ScreenSize size_;
  const std::string system_;
};

}  // namespace cp
