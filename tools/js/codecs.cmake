# zlib and brotli as the guest js has them, and how they are compiled; included by cmake/sources.cmake.
#   BX_JS_CODECS        their sources
#   BX_JS_CODEC_FLAGS   for them and for tools/js/codec.c
#   BX_JS_CODEC_SMALL   for them in the module: brotli asks for much inlining, which more than doubles what it takes there
# Without BROTLI_ENCODER_CLEANUP_ON_OOM its encoder ends the process when there is no memory.  It builds its tables at run
# time (BROTLI_STATIC_INIT=2) and is handed its dictionary: codec.c sees to both.
# brotli_encode.c and brotli_references.c take four of the encoder's files in, for less of them.
file(GLOB BX_JS_CODECS ${BX_SOURCES}/brotli/common/*.c ${BX_SOURCES}/brotli/dec/*.c ${BX_SOURCES}/brotli/enc/*.c)
list(FILTER BX_JS_CODECS EXCLUDE REGEX "/enc/(encode|backward_references|compress_fragment|compress_fragment_two_pass)\\.c$")
list(APPEND BX_JS_CODECS ${CMAKE_CURRENT_LIST_DIR}/brotli_encode.c ${CMAKE_CURRENT_LIST_DIR}/brotli_references.c)
foreach(name adler32 crc32 deflate inffast inflate inftrees trees zutil)
    list(APPEND BX_JS_CODECS ${BX_SOURCES}/zlib/${name}.c)
endforeach()
set(BX_JS_CODEC_FLAGS -DZ_SOLO -DDYNAMIC_CRC_TABLE -DBROTLI_STATIC_INIT=2 -DBROTLI_EXTERNAL_DICTIONARY_DATA
    -DBROTLI_ENCODER_CLEANUP_ON_OOM -I${CMAKE_BINARY_DIR}/generated -isystem${BX_SOURCES}/brotli/include
    -isystem${BX_SOURCES}/brotli)
set(BX_JS_CODEC_SMALL -Oz -D__always_inline__=__unused__)

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/scripts/brotli_dictionary.py)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated/js)
execute_process(COMMAND python3 ${CMAKE_SOURCE_DIR}/scripts/brotli_dictionary.py
    ${BX_SOURCES}/brotli/common/dictionary_inc.h ${CMAKE_BINARY_DIR}/generated/js/brotli_dictionary.def
    COMMAND_ERROR_IS_FATAL ANY)
