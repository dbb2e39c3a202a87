# The tools on files.  Included by cmake/guests.cmake.
file(GLOB read_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/file/read*.c ${CMAKE_SOURCE_DIR}/tools/file/image*.c
     ${CMAKE_SOURCE_DIR}/tools/file/picks.c ${CMAKE_SOURCE_DIR}/tools/file/pdf*.c)
list(REMOVE_ITEM read_parts ${CMAKE_SOURCE_DIR}/tools/file/read.c)
bx_guest(read DIRECTORY tools
    SOURCES ${CMAKE_SOURCE_DIR}/tools/file/read.c ${read_parts} ${BX_ZLIB}
    FLAGS -DZ_SOLO
    LINK -Wl,-z,stack-size=65536 -Wl,--initial-memory=524288)
