# The shell.  Included by cmake/guests.cmake.
file(GLOB BX_SHELL CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/shell/*.c)
bx_guest(bash DIRECTORY tools
    SOURCES ${BX_SHELL} ${CMAKE_SOURCE_DIR}/tools/lib/process.c
    FLAGS -msimd128 -DBX_HOST_CALLS=1
    LINK -Wl,-z,stack-size=1048576 -Wl,--initial-memory=2097152)
