# The C sources of others, in ${BX_SOURCES}/<name>: scripts/fetch-source brings them when the build tree is configured,
# from its cache when they are there.  What they are and why: scripts/third-party.txt.
set(BX_SOURCES ${CMAKE_BINARY_DIR}/third_party)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    scripts/third-party.txt scripts/third_party.py scripts/fetch-source)
execute_process(COMMAND ${CMAKE_SOURCE_DIR}/scripts/fetch-source ${BX_SOURCES} RESULT_VARIABLE failed)
if(failed)
    message(FATAL_ERROR "the C sources of scripts/third-party.txt are not there")
endif()

# What web_fetch decodes with, for its guest and for the tests of its parts on the host.
set(BX_ZLIB "")
foreach(name adler32 crc32 inffast inflate inftrees zutil)
    list(APPEND BX_ZLIB ${BX_SOURCES}/zlib/${name}.c)
endforeach()
file(GLOB BX_DECODERS ${BX_SOURCES}/brotli/common/*.c ${BX_SOURCES}/brotli/dec/*.c
     ${BX_SOURCES}/zstd/common/*.c ${BX_SOURCES}/zstd/decompress/*.c)
list(APPEND BX_DECODERS ${BX_ZLIB})
set(BX_DECODER_INCLUDES -DZ_SOLO -I${CMAKE_BINARY_DIR}/generated -isystem ${BX_SOURCES}/brotli/include)
set(BX_DECODER_FLAGS ${BX_DECODER_INCLUDES} -DXXH_NAMESPACE=ZSTD_ -DZSTD_DISABLE_ASM -DHUF_FORCE_DECOMPRESS_X1
    -DZSTD_LEGACY_SUPPORT=0 -DZSTD_TRACE=0)

# The index tables of the WHATWG Encoding standard, for its charsets.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS scripts/charset_indexes.py)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated/fetch)
execute_process(COMMAND python3 ${CMAKE_SOURCE_DIR}/scripts/charset_indexes.py
    ${CMAKE_BINARY_DIR}/generated/fetch/charset_index.def COMMAND_ERROR_IS_FATAL ANY)

# What the characters of file names fold to, for carve-outs where a file system does not tell names apart by case.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS scripts/name_folding.py)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated/codec)
execute_process(COMMAND python3 ${CMAKE_SOURCE_DIR}/scripts/name_folding.py
    ${CMAKE_BINARY_DIR}/generated/codec/name_folding.def COMMAND_ERROR_IS_FATAL ANY)

# The Unicode tables of the regular expressions.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS scripts/regex_tables.py)
execute_process(COMMAND python3 ${CMAKE_SOURCE_DIR}/scripts/regex_tables.py
    ${CMAKE_BINARY_DIR}/generated/codec/unicode.def COMMAND_ERROR_IS_FATAL ANY)

include(tools/js/codecs.cmake)
