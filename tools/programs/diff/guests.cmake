file(GLOB common CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/programs/common/*.c)
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.c)
bx_guest(diff DIRECTORY programs
    SOURCES ${sources} ${common}
    FLAGS -msimd128 -DBX_HOST_CALLS=1)
