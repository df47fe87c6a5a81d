#pragma once

#include <cstdio>
#include <string>

namespace dasd3390::test {

// Output and errors of a command, whatever its end.
inline std::string output_of(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::string result;
  char part[256];
  while (std::fgets(part, sizeof part, pipe) != nullptr) result += part;
  ::pclose(pipe);
  return result;
}

}  // namespace dasd3390::test
