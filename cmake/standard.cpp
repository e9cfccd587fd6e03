// Exists so that the headers of Toolchain.cmake are precompiled once for all rooms.
