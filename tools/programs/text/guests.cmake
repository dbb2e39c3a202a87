# The box of programs that work on text.  Included by cmake/guests.cmake.
file(GLOB BX_PROGRAMS_TEXT CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/programs/text/*.c
     ${CMAKE_SOURCE_DIR}/tools/programs/common/*.c)

bx_guest(text DIRECTORY programs
    SOURCES ${BX_PROGRAMS_TEXT} ${CMAKE_SOURCE_DIR}/tools/lib/process.c
    FLAGS -msimd128 -DBX_HOST_CALLS=1
    LINK -Wl,-z,stack-size=262144 -Wl,--initial-memory=2097152)
