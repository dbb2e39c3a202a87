# The codecs of archive.wasm, and how they are compiled; for guests.cmake and cmake/host.cmake.
set(lzma ${BX_SOURCES}/lzma/liblzma)
file(GLOB BX_ARCHIVE_CODECS ${BX_SOURCES}/zlib/*.c ${BX_SOURCES}/bzip2/*.c ${BX_SOURCES}/zstd/common/*.c
    ${BX_SOURCES}/zstd/compress/*.c ${BX_SOURCES}/zstd/decompress/*.c)
list(REMOVE_ITEM BX_ARCHIVE_CODECS ${BX_SOURCES}/zstd/compress/zstdmt_compress.c)
foreach(name check/check check/crc32_fast check/crc64_fast check/sha256 common/alone_decoder common/alone_encoder
        common/block_decoder common/block_encoder common/block_header_decoder common/block_header_encoder
        common/block_util common/common common/easy_encoder common/easy_preset common/filter_common
        common/filter_decoder common/filter_encoder common/filter_flags_decoder common/filter_flags_encoder
        common/index common/index_encoder common/index_hash common/stream_decoder common/stream_encoder
        common/stream_flags_common common/stream_flags_decoder common/stream_flags_encoder common/vli_decoder
        common/vli_encoder common/vli_size delta/delta_common delta/delta_decoder lz/lz_decoder lz/lz_encoder
        lz/lz_encoder_mf lzma/fastpos_table lzma/lzma2_decoder lzma/lzma2_encoder lzma/lzma_decoder
        lzma/lzma_encoder lzma/lzma_encoder_optimum_fast lzma/lzma_encoder_optimum_normal
        lzma/lzma_encoder_presets rangecoder/price_table simple/arm simple/arm64 simple/armthumb simple/ia64
        simple/powerpc simple/riscv simple/simple_coder simple/simple_decoder simple/sparc simple/x86)
    list(APPEND BX_ARCHIVE_CODECS ${lzma}/${name}.c)
endforeach()
set(BX_ARCHIVE_FLAGS -DZ_SOLO -DBZ_NO_STDIO -DHAVE_CONFIG_H -I${CMAKE_CURRENT_LIST_DIR}/port -isystem${lzma}/api
    -isystem${BX_SOURCES}/zlib -isystem${BX_SOURCES}/bzip2 -isystem${BX_SOURCES}/zstd
    -I${BX_SOURCES}/lzma/common -I${lzma}/common -I${lzma}/check -I${lzma}/lz -I${lzma}/lzma -I${lzma}/rangecoder
    -I${lzma}/delta -I${lzma}/simple -DXXH_NAMESPACE=ZSTD_ -DZSTD_DISABLE_ASM -DZSTD_LEGACY_SUPPORT=0 -DZSTD_TRACE=0)
