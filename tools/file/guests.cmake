# The tools on files.  Included by cmake/guests.cmake.
file(GLOB read_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/file/read*.c ${CMAKE_SOURCE_DIR}/tools/file/image*.c
     ${CMAKE_SOURCE_DIR}/tools/file/picks.c ${CMAKE_SOURCE_DIR}/tools/file/pdf*.c)
list(REMOVE_ITEM read_parts ${CMAKE_SOURCE_DIR}/tools/file/read.c)
bx_guest(read DIRECTORY tools
    SOURCES ${CMAKE_SOURCE_DIR}/tools/file/read.c ${read_parts} ${BX_ZLIB}
    FLAGS -DZ_SOLO
    LINK -Wl,-z,stack-size=65536 -Wl,--initial-memory=524288)

set(change ${CMAKE_SOURCE_DIR}/tools/file/change.c)
bx_guest(write DIRECTORY tools
    SOURCES ${CMAKE_SOURCE_DIR}/tools/file/write.c ${CMAKE_SOURCE_DIR}/tools/file/write_main.c ${change}
    LINK -Wl,-z,stack-size=65536 -Wl,--initial-memory=524288)
bx_guest(edit DIRECTORY tools
    SOURCES ${CMAKE_SOURCE_DIR}/tools/file/edit.c ${CMAKE_SOURCE_DIR}/tools/file/edit_main.c
            ${CMAKE_SOURCE_DIR}/tools/file/edit_text.c ${change}
    LINK -Wl,-z,stack-size=65536 -Wl,--initial-memory=524288)
