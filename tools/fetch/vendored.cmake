# The decoders web_fetch brings along, for its guest and for the tests of its parts on the host.
file(GLOB WF_VENDORED CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/third_party/zlib/*.c
    ${CMAKE_SOURCE_DIR}/third_party/brotli/*/*.c
    ${CMAKE_SOURCE_DIR}/third_party/zstd/*/*.c)
set(WF_VENDORED_INCLUDES -DZ_SOLO -isystem ${CMAKE_SOURCE_DIR}/third_party/brotli/include)
set(WF_VENDORED_FLAGS ${WF_VENDORED_INCLUDES} -DXXH_NAMESPACE=ZSTD_ -DZSTD_DISABLE_ASM -DHUF_FORCE_DECOMPRESS_X1
    -DZSTD_LEGACY_SUPPORT=0 -DZSTD_TRACE=0)
