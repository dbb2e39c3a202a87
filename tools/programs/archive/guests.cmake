# tar, zip and the compressors, with zlib, libbzip2, liblzma and libzstd (third-party.txt).
include(${CMAKE_CURRENT_LIST_DIR}/codecs.cmake)
file(GLOB common CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/programs/common/*.c)
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.c)
bx_guest(archive DIRECTORY programs
    SOURCES ${sources} ${common} ${BX_ARCHIVE_CODECS}
    FLAGS -msimd128 -DBX_HOST_CALLS=1 ${BX_ARCHIVE_FLAGS})
