#pragma once

#include <cstdlib>
#include <source_location>

#include <cstdio>

namespace z {

// A bug of ours, never of a guest or of the host: says where and ends the process. On in every build.
[[noreturn]] inline void assertion_failed(const char* what, std::source_location where) {
  std::fprintf(stderr, "endicott: bug at %s:%u: %s\n", where.file_name(), static_cast<unsigned>(where.line()), what);
  std::abort();
}

}  // namespace z

#define Z_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::z::assertion_failed(#condition, std::source_location::current()))
