# The house: every room in the one order that is allowed. A room may depend on rooms
# named before it; a pure room (no sockets, threads, clock, files) never on an I/O room.
set(FW_ROOMS base wire dialect offer cloud health ledger route plan prove config
             net store gateway admin fake cli)
set(FW_IO_ROOMS net store gateway admin fake cli)

# fw_room(NAME [IO] [TOGETHER n] SRC file... [APART file...] [TESTS file...] [FUZZ file...] [DEPS room...] [LIBS target...]
#         [TEST_LIBS target...] [PRECOMPILE header...])
# makes the library fw_NAME, the test program fw_NAME_test and, with FAIRWAY_FUZZ, one
# fuzzer per FUZZ file. Only the headers of DEPS (and what they depend on) can be included. PRECOMPILE names headers that
# most of the room's files read, as they write them ("config/codec.h"). TOGETHER: n files of SRC are one translation unit
# wherever headers are precompiled, which halves what a room costs to compile; what stands in their anonymous namespaces
# then shares a name space. APART are the sources that stay alone: families of files with the same local names, explicit
# specializations, and whatever serves a request (the profile knows file-local functions by their file).
function(fw_room name)
  cmake_parse_arguments(R "IO" "TOGETHER" "SRC;APART;TESTS;FUZZ;DEPS;LIBS;TEST_LIBS;PRECOMPILE" ${ARGN})
  list(FIND FW_ROOMS ${name} self)
  if(self EQUAL -1)
    message(FATAL_ERROR "room '${name}' is not in the house (cmake/Rooms.cmake)")
  endif()
  if(R_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "room '${name}': fw_room does not know ${R_UNPARSED_ARGUMENTS}")
  endif()
  if(R_IO AND NOT name IN_LIST FW_IO_ROOMS)
    message(FATAL_ERROR "room '${name}' says IO, but stands among the pure rooms (cmake/Rooms.cmake)")
  endif()
  foreach(dep IN LISTS R_DEPS)
    list(FIND FW_ROOMS ${dep} at)
    if(at EQUAL -1 OR NOT at LESS self)
      message(FATAL_ERROR "room '${name}' may not use '${dep}': it does not stand before it")
    endif()
    if(dep IN_LIST FW_IO_ROOMS AND NOT name IN_LIST FW_IO_ROOMS)
      message(FATAL_ERROR "pure room '${name}' may not use I/O room '${dep}'")
    endif()
  endforeach()
  # Each room has an include root of its own, so an include without the edge does not compile.
  set(root ${CMAKE_BINARY_DIR}/inc/${name})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/${name} ${root}/${name} SYMBOLIC)
  list(TRANSFORM R_DEPS PREPEND fw_ OUTPUT_VARIABLE deps)
  add_library(fw_${name} STATIC ${R_SRC} ${R_APART})
  if(FAIRWAY_PRECOMPILED AND R_TOGETHER)
    set_target_properties(fw_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${R_TOGETHER})
    set_source_files_properties(${R_APART} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
  target_include_directories(fw_${name} PUBLIC ${root})
  target_link_libraries(fw_${name} PUBLIC fw_flags fmt::fmt ${deps} ${R_LIBS})
  if(FAIRWAY_PRECOMPILED)
    target_link_libraries(fw_${name} PUBLIC fw_standard)
  endif()
  if(FAIRWAY_PRECOMPILED AND R_PRECOMPILE)
    list(TRANSFORM R_PRECOMPILE REPLACE "(.+)" "\"\\1\"" OUTPUT_VARIABLE headers)
    target_precompile_headers(fw_${name} PRIVATE ${FW_STANDARD_HEADER} ${headers})
  elseif(FAIRWAY_PRECOMPILED)
    target_precompile_headers(fw_${name} REUSE_FROM fw_standard)
  endif()
  if(R_TESTS)
    set(threads "")
    if(name IN_LIST FW_IO_ROOMS)
      set(threads THREADS)  # a pure room has no threads, so ThreadSanitizer has nothing to find there
    endif()
    fw_gtest(fw_${name}_test ${name} ${threads} SRC ${R_TESTS} LIBS fw_${name} ${R_TEST_LIBS})
  endif()
  if(FAIRWAY_FUZZ)
    foreach(file IN LISTS R_FUZZ)
      fw_fuzzer(${file} ${name})
    endforeach()
  endif()
endfunction()
