# Flags that every target shares, and the libraries we link (Debian 12 packages).
find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(fmt REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(CARES REQUIRED IMPORTED_TARGET libcares)
pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(YAMLCPP REQUIRED IMPORTED_TARGET yaml-cpp)

add_library(fw_flags INTERFACE)
target_compile_options(fw_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wimplicit-fallthrough -Wextra-semi -Wnull-dereference -Werror
  -fno-omit-frame-pointer -fstack-protector-strong)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(fw_flags INTERFACE _FORTIFY_SOURCE=3)
endif()
# The release is laid out and inlined by what requests do (decision 0008). A function whose code changed since the profile
# was taken has none, which is no error. Names of file-local functions stand in a profile without the clone's path.
set(FAIRWAY_PROFILE "" CACHE STRING "'use' compiles by cmake/request.profdata, 'take' makes a build that writes one (bench/profile)")
set_property(CACHE FAIRWAY_PROFILE PROPERTY STRINGS "" use take)
if(FAIRWAY_PROFILE)
  target_compile_options(fw_flags INTERFACE "SHELL:-mllvm -static-func-full-module-prefix=false")
endif()
if(FAIRWAY_PROFILE STREQUAL "use")
  set(profile ${CMAKE_SOURCE_DIR}/cmake/request.profdata)
  file(SHA256 ${profile} profile_hash)  # on the command line, so that another profile compiles everything again
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${profile})
  target_compile_definitions(fw_flags INTERFACE FAIRWAY_PROFILE_${profile_hash})
  target_compile_options(fw_flags INTERFACE -fprofile-use=${profile} "SHELL:-mllvm -no-pgo-warn-mismatch"
    -Wno-profile-instr-unprofiled -Wno-profile-instr-out-of-date)
elseif(FAIRWAY_PROFILE STREQUAL "take")
  target_compile_options(fw_flags INTERFACE -fprofile-generate)
  target_link_options(fw_flags INTERFACE -fprofile-generate)
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

# The headers that most files read, read once: the standard ones for all, and a room's own heavy ones (PRECOMPILE of fw_room).
# Off in dev, so that a file which forgets an include is found there.
option(FAIRWAY_PRECOMPILED "precompile the headers most files read: a third less to compile" OFF)
set(FW_STANDARD_HEADER ${CMAKE_CURRENT_LIST_DIR}/standard.h)
if(FAIRWAY_PRECOMPILED)
  # Without time stamps ccache finds what it compiled before.
  target_compile_options(fw_flags INTERFACE "SHELL:-Xclang -fno-pch-timestamp" -fpch-instantiate-templates)
  add_library(fw_standard STATIC ${CMAKE_CURRENT_LIST_DIR}/standard.cpp)
  target_link_libraries(fw_standard PUBLIC fw_flags fmt::fmt)
  target_precompile_headers(fw_standard PRIVATE ${FW_STANDARD_HEADER})
endif()
