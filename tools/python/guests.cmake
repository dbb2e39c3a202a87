# The json tool that starts `python3` (docs/python.md).  Included by cmake/guests.cmake.
bx_guest(python DIRECTORY tools
    SOURCES ${CMAKE_SOURCE_DIR}/tools/python/python.c ${CMAKE_SOURCE_DIR}/tools/python/python_main.c ${CMAKE_SOURCE_DIR}/tools/lib/process.c
    FLAGS -DBX_HOST_CALLS=1
    LINK -Wl,-z,stack-size=131072 -Wl,--initial-memory=524288)
