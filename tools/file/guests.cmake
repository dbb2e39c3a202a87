# The tools on files.  Included by cmake/guests.cmake.
bx_guest(read DIRECTORY tools
    SOURCES ${CMAKE_SOURCE_DIR}/tools/file/read.c ${CMAKE_SOURCE_DIR}/tools/file/read_main.c
    LINK -Wl,-z,stack-size=65536 -Wl,--initial-memory=524288)
