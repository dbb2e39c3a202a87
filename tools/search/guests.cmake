# The tools that search.  Included by cmake/guests.cmake.
set(BX_SEARCH_WALK pattern.c pattern_set.c globs.c ignore.c ignore_key.c sources.c dir.c walk.c walk_items.c)
list(TRANSFORM BX_SEARCH_WALK PREPEND ${CMAKE_SOURCE_DIR}/tools/search/)

bx_guest(glob DIRECTORY tools
    SOURCES ${CMAKE_SOURCE_DIR}/tools/search/glob.c ${CMAKE_SOURCE_DIR}/tools/search/glob_main.c
            ${CMAKE_SOURCE_DIR}/tools/search/found.c ${BX_SEARCH_WALK}
    LINK -Wl,-z,stack-size=262144 -Wl,--initial-memory=2097152)

file(GLOB BX_REGEX CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/regex/*.c)
bx_guest(grep DIRECTORY tools
    SOURCES ${CMAKE_SOURCE_DIR}/tools/search/grep.c ${CMAKE_SOURCE_DIR}/tools/search/grep_main.c
            ${CMAKE_SOURCE_DIR}/tools/search/grep_file.c ${CMAKE_SOURCE_DIR}/tools/search/grep_keep.c
            ${CMAKE_SOURCE_DIR}/tools/search/grep_show.c ${CMAKE_SOURCE_DIR}/tools/search/types.c ${BX_REGEX} ${BX_SEARCH_WALK}
    FLAGS -msimd128 -I${CMAKE_BINARY_DIR}/generated
    LINK -Wl,-z,stack-size=262144 -Wl,--initial-memory=2097152)
