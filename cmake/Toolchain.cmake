# Flags that every target shares, and the libraries we link (Debian 12 packages).
find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(fmt REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(CARES REQUIRED IMPORTED_TARGET libcares)
pkg_check_modules(YAMLCPP REQUIRED IMPORTED_TARGET yaml-cpp)

add_library(fw_flags INTERFACE)
target_compile_options(fw_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wimplicit-fallthrough -Wextra-semi -Wnull-dereference -Werror
  -fno-omit-frame-pointer -fstack-protector-strong)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(fw_flags INTERFACE _FORTIFY_SOURCE=3)
endif()
if(FAIRWAY_SANITIZE)
  target_compile_options(fw_flags INTERFACE -fsanitize=${FAIRWAY_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(fw_flags INTERFACE -fsanitize=${FAIRWAY_SANITIZE})
endif()
if(FAIRWAY_FUZZ)
  target_compile_options(fw_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
target_link_options(fw_flags INTERFACE -fuse-ld=lld)
target_link_libraries(fw_flags INTERFACE Threads::Threads)
target_compile_definitions(fw_flags INTERFACE FAIRWAY_VERSION="${PROJECT_VERSION}")
