# What every target of Endicott shares: warnings, the include rule and the sanitizers.

set(ENDICOTT_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize= takes them")
option(ENDICOTT_FUZZ "Build the fuzzers; the sanitizers then include fuzzer-no-link" OFF)

# How much longer than usual a test may take: every time-out of a test is multiplied by it, those inside of scripts too, which find
# it in their environment.
set(ENDICOTT_PATIENCE 1)
if(ENDICOTT_SANITIZE)
  set(ENDICOTT_PATIENCE 10)
endif()

# endicott_time_limit(SECONDS tests...)
function(endicott_time_limit seconds)
  math(EXPR limit "${seconds} * ${ENDICOTT_PATIENCE}")
  set_tests_properties(${ARGN} PROPERTIES TIMEOUT ${limit} ENVIRONMENT ENDICOTT_PATIENCE=${ENDICOTT_PATIENCE})
endfunction()

# endicott_library(NAME [FOLDER dir] SOURCES ... [LINK targets ...])
#
# A library sees the headers of the targets it links and no others: its headers are reached through a folder in
# the build tree that holds a single link named as the source folder, so "cpu/storage.h" resolves only for those
# who link `cpu`.
function(endicott_library name)
  cmake_parse_arguments(arg "" "FOLDER" "SOURCES;LINK" ${ARGN})
  if(NOT arg_FOLDER)
    set(arg_FOLDER ${name})
  endif()
  if(arg_SOURCES)
    add_library(${name} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
    endicott_flags(${name})
  else()
    add_library(${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  endicott_view(${name} ${arg_FOLDER} ${scope})
  target_link_libraries(${name} ${scope} ${arg_LINK})
endfunction()

# Makes the headers of this source folder visible to the target as "FOLDER/header.h".
function(endicott_view name folder)
  set(scope PRIVATE)
  if(ARGC GREATER 2)
    set(scope ${ARGV2})
  endif()
  set(view ${CMAKE_BINARY_DIR}/include/${name})
  cmake_path(GET folder PARENT_PATH parent)
  file(MAKE_DIRECTORY ${view}/${parent})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${view}/${folder} SYMBOLIC)
  target_include_directories(${name} ${scope} ${view})
endfunction()

function(endicott_flags name)
  target_compile_options(${name} PRIVATE -Wall -Wextra -Werror -Wthread-safety)
  if(ENDICOTT_SANITIZE)
    target_compile_options(${name} PRIVATE -fsanitize=${ENDICOTT_SANITIZE} -fno-omit-frame-pointer
                                           -fno-sanitize-recover=all)
    target_link_options(${name} PUBLIC -fsanitize=${ENDICOTT_SANITIZE})
  endif()
endfunction()

# endicott_test(NAME SOURCES ... LINK targets ...): one GoogleTest program a folder.
function(endicott_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  endicott_flags(${name})
  target_link_libraries(${name} PRIVATE ${arg_LINK} GTest::gmock GTest::gtest_main)
  include(GoogleTest)
  math(EXPR limit "300 * ${ENDICOTT_PATIENCE}")
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT ${limit} ENVIRONMENT ENDICOTT_PATIENCE=${ENDICOTT_PATIENCE})
endfunction()
