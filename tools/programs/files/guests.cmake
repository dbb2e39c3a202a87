# The programs on files and the system: one box.  Included by cmake/guests.cmake.
file(GLOB BX_FILES_SOURCES CONFIGURE_DEPENDS
     ${CMAKE_SOURCE_DIR}/tools/programs/files/*.c ${CMAKE_SOURCE_DIR}/tools/programs/system/*.c
     ${CMAKE_SOURCE_DIR}/tools/programs/date/*.c
     ${CMAKE_SOURCE_DIR}/tools/programs/common/*.c)

bx_guest(files DIRECTORY programs
    SOURCES ${BX_FILES_SOURCES} ${CMAKE_SOURCE_DIR}/tools/lib/process.c
    FLAGS -msimd128 -DBX_HOST_CALLS=1
    LINK -Wl,-z,stack-size=262144 -Wl,--initial-memory=1048576)
