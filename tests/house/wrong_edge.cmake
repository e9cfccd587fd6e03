# Declares one room wrongly (-DROOM=… -DARGUMENTS=comma,separated); cmake/Rooms.cmake must stop the configuration.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/../../cmake/Rooms.cmake)
string(REPLACE "," ";" ARGUMENTS "${ARGUMENTS}")
fw_room(${ROOM} ${ARGUMENTS} SRC a.cpp)
