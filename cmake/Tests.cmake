# Tests: one ctest name space over all presets. The name of a test starts with its preset
# (asan/wire.SseDecoder.joins…), so that ./check can run every preset's tests in one ctest.
set(FAIRWAY_STAGE "" CACHE STRING "the preset these tests are built in; empty: none")
set(FW_TEST_PREFIX "")
if(FAIRWAY_STAGE)
  set(FW_TEST_PREFIX "${FAIRWAY_STAGE}/")
endif()
set(FW_THREAD_STAGE OFF)  # ThreadSanitizer: only what starts threads is worth its time
if(FAIRWAY_SANITIZE MATCHES "thread")
  set(FW_THREAD_STAGE ON)
endif()
if(FAIRWAY_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
add_custom_target(fuzzers)

# fw_gtest(TARGET PREFIX [THREADS] SRC file... [LIBS target...] [TIMEOUT seconds]) builds a GoogleTest
# program and adds its tests. With ThreadSanitizer only programs marked THREADS are built.
function(fw_gtest target prefix)
  cmake_parse_arguments(T "THREADS" "TIMEOUT" "SRC;LIBS" ${ARGN})
  if(NOT FAIRWAY_TESTS OR (FW_THREAD_STAGE AND NOT T_THREADS))
    return()
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 600)  # ends what hangs; how long a test takes is nobody's promise
  endif()
  set(labels ${FAIRWAY_STAGE} unit)
  if(T_THREADS)
    list(APPEND labels threads)
  endif()
  add_executable(${target} ${T_SRC})
  target_link_libraries(${target} PRIVATE ${T_LIBS} GTest::gtest_main)
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests/data)
  target_compile_definitions(${target} PRIVATE FAIRWAY_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  gtest_discover_tests(${target} NO_PRETTY_VALUES TEST_PREFIX "${FW_TEST_PREFIX}${prefix}." DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${T_TIMEOUT})
  # gtest_discover_tests cannot pass on a list of labels, so ctest sets them when it has read the tests.
  set(after ${CMAKE_CURRENT_BINARY_DIR}/${target}_labels.cmake)
  file(CONFIGURE OUTPUT ${after} @ONLY CONTENT
"foreach(test IN LISTS @target@_TESTS)
  set_tests_properties(\"\${test}\" PROPERTIES LABELS \"@labels@\")
endforeach()
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${after})
endfunction()

# fw_program_test(NAME COMMAND word... [STAGES stage...] [TIMEOUT seconds] [SERIAL]) adds a test that drives
# the built program from outside. It finds the program in the environment variable FAIRWAY_BIN and the preset
# in FAIRWAY_STAGE. Without STAGES it runs in asan and release (and where no preset is set).
function(fw_program_test name)
  cmake_parse_arguments(T "SERIAL" "TIMEOUT" "COMMAND;STAGES" ${ARGN})
  if(NOT T_STAGES)
    set(T_STAGES asan release)
  endif()
  if(NOT TARGET fairway OR (FAIRWAY_STAGE AND NOT FAIRWAY_STAGE IN_LIST T_STAGES))
    return()
  endif()
  fw_add_test(${name} COMMAND ${T_COMMAND} TIMEOUT ${T_TIMEOUT} LABEL program)
  set_property(TEST ${FW_TEST_PREFIX}${name} PROPERTY ENVIRONMENT
    "FAIRWAY_BIN=$<TARGET_FILE:fairway>;FAIRWAY_STAGE=${FAIRWAY_STAGE}")
  set_property(TEST ${FW_TEST_PREFIX}${name} PROPERTY RUN_SERIAL ${T_SERIAL})
endfunction()

# A test that is any command, with the prefix and the preset's label.
function(fw_add_test name)
  cmake_parse_arguments(T "" "TIMEOUT;LABEL" "COMMAND" ${ARGN})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 300)
  endif()
  add_test(NAME ${FW_TEST_PREFIX}${name} COMMAND ${T_COMMAND} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${FW_TEST_PREFIX}${name} PROPERTIES TIMEOUT ${T_TIMEOUT})
  set_property(TEST ${FW_TEST_PREFIX}${name} PROPERTY LABELS ${FAIRWAY_STAGE} ${T_LABEL})
endfunction()

# fw_fuzzer(SOURCE ROOM): a libFuzzer program over one source file; as a test it runs for a while on its corpus
# (fuzz/corpus/NAME), see tools/fuzz.
function(fw_fuzzer file room)
  get_filename_component(stem ${file} NAME_WE)
  add_executable(${stem} EXCLUDE_FROM_ALL ${file})
  target_link_libraries(${stem} PRIVATE fw_${room})
  target_link_options(${stem} PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzzers ${stem})
  fw_add_test(${stem} LABEL fuzz TIMEOUT 600
    COMMAND ${CMAKE_SOURCE_DIR}/tools/fuzz $<TARGET_FILE:${stem}> ${CMAKE_BINARY_DIR}/fuzz)
endfunction()
