# The box of programs that search and edit lines.  Included by cmake/guests.cmake.
file(GLOB BX_LINES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/programs/lines/*.c)
file(GLOB BX_LINES_REGEX CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/regex/*.c)
file(GLOB BX_LINES_COMMON CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/programs/common/*.c)
set(BX_LINES_WALK pattern.c pattern_set.c globs.c ignore.c ignore_key.c sources.c dir.c walk.c walk_items.c types.c)
list(TRANSFORM BX_LINES_WALK PREPEND ${CMAKE_SOURCE_DIR}/tools/search/)

bx_guest(lines DIRECTORY programs
    SOURCES ${BX_LINES} ${BX_LINES_REGEX} ${BX_LINES_COMMON} ${BX_LINES_WALK}
            ${CMAKE_SOURCE_DIR}/tools/lib/process.c
    FLAGS -msimd128 -DBX_HOST_CALLS=1 -I${CMAKE_BINARY_DIR}/generated
    LINK -Wl,--initial-memory=4194304)
