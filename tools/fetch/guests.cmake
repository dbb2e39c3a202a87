# web_fetch.  Included by cmake/guests.cmake.
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/fetch/*.c)
list(FILTER sources EXCLUDE REGEX "/http_fake\\.c$")
# -nostartfiles: web_fetch.c has its own start.  The initial memory is what a fetch of ordinary size needs, so that no
# call pays for growing it.
bx_guest(web_fetch DIRECTORY tools
    SOURCES ${sources} ${BX_DECODERS}
    WIT ${CMAKE_SOURCE_DIR}/tools/fetch/wit/world.wit
    FLAGS ${BX_DECODER_FLAGS}
    LINK -nostartfiles -Wl,--initial-memory=8388608)
