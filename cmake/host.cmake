# Guest code on the host, so that it is unit-tested, sanitized and fuzzed like the rest:
#   tests/host/<group>/<x>_test.c   a unit test (TAP) of tools/<group>   build/tests/<group>_<x>_test

# bx_host_code(GROUP SOURCES ... [FLAGS ...] [USES ...] [FUZZ ...]): library host_<group> of these sources, its tests, and
# the fuzz targets that link it.  USES: libraries of other groups.
function(bx_host_code group)
    cmake_parse_arguments(PARSE_ARGV 1 host "" "" "SOURCES;FLAGS;USES;FUZZ")
    add_library(host_${group} STATIC EXCLUDE_FROM_ALL ${host_SOURCES})
    target_include_directories(host_${group} PUBLIC ${CMAKE_SOURCE_DIR}/tools)
    target_compile_options(host_${group} PRIVATE ${host_FLAGS})
    target_link_libraries(host_${group} PRIVATE bx_flags bx_banned PUBLIC ${host_USES} boxagnts)
    file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/host/${group}/*_test.c)
    foreach(source IN LISTS tests)
        if(NOT BX_FUZZ)
            get_filename_component(name ${source} NAME_WE)
            bx_program(${group}_${name} ${source} tests bx_banned host_${group})
            set_target_properties(${group}_${name} PROPERTIES EXCLUDE_FROM_ALL ON)
            add_dependencies(tests ${group}_${name})
        endif()
    endforeach()
    foreach(name IN LISTS host_FUZZ)
        if(BX_FUZZ)
            target_link_libraries(${name} PRIVATE host_${group})
        endif()
    endforeach()
endfunction()

file(GLOB strays CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/host/*.c)
if(strays)
    message(FATAL_ERROR "a test of guest code stands in tests/host/<group>/, not beside it: ${strays}")
endif()

file(GLOB lib_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/lib/*.c)
bx_host_code(lib SOURCES ${lib_parts} FUZZ patch_fuzz)

# The decoders rely on unaligned reads and the like.  Only fuzzing looks inside of them: compiled with a sanitizer they take as
# long as all of our own code.
set(BX_THIRD_PARTY_UNSANITIZED all)
if(BX_FUZZ)
    set(BX_THIRD_PARTY_UNSANITIZED undefined)
endif()
add_library(host_decoders OBJECT EXCLUDE_FROM_ALL ${BX_DECODERS})
target_link_libraries(host_decoders PRIVATE bx_hardening)
target_compile_options(host_decoders PRIVATE -w ${BX_DECODER_FLAGS})
if(BX_SANITIZE)
    target_compile_options(host_decoders PRIVATE -fno-sanitize=${BX_THIRD_PARTY_UNSANITIZED})
endif()

file(GLOB file_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/file/*.c)
list(FILTER file_parts EXCLUDE REGEX "_main\\.c$")
bx_host_code(file
    SOURCES ${file_parts} $<TARGET_OBJECTS:host_decoders>
    USES host_lib
    FLAGS -DZ_SOLO
    FUZZ image_fuzz notebook_fuzz pdf_fuzz edit_fuzz)

file(GLOB fetch_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/fetch/*.c)
list(FILTER fetch_parts EXCLUDE REGEX "/(web_fetch|http_wasi|cabi)\\.c$")
bx_host_code(fetch
    SOURCES ${fetch_parts} $<TARGET_OBJECTS:host_decoders>
    USES host_lib
    FLAGS ${BX_DECODER_INCLUDES}
    FUZZ html_fuzz charset_fuzz decode_fuzz)

file(GLOB regex_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/regex/*.c)
bx_host_code(regex
    SOURCES ${regex_parts}
    USES host_lib
    FLAGS -I${CMAKE_BINARY_DIR}/generated
    FUZZ regex_fuzz posix_regex_fuzz)

file(GLOB search_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/search/*.c)
list(FILTER search_parts EXCLUDE REGEX "_main\\.c$")
bx_host_code(search
    SOURCES ${search_parts}
    USES host_regex host_lib
    FUZZ pattern_fuzz ignore_fuzz)

file(GLOB shell_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/shell/*.c)
list(FILTER shell_parts EXCLUDE REGEX "/main\\.c$")
bx_host_code(shell
    SOURCES ${shell_parts} ${CMAKE_SOURCE_DIR}/tools/programs/date/tz.c
    USES host_lib m
    FUZZ sh_parse_fuzz sh_match_fuzz sh_expand_fuzz sh_result_fuzz sh_history_fuzz)
target_include_directories(host_shell PUBLIC ${CMAKE_SOURCE_DIR})      # tests/host/shell/words_host.h

# Programs of the shell.
file(GLOB common_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/programs/common/*.c)
bx_host_code(common SOURCES ${common_parts} USES host_lib)
function(bx_programs_of ret folder)
    set(parts ${ARGN})
    list(TRANSFORM parts PREPEND ${CMAKE_SOURCE_DIR}/tools/programs/${folder}/)
    list(TRANSFORM parts APPEND .c)
    set(${ret} ${parts} PARENT_SCOPE)
endfunction()

bx_programs_of(date_parts date date_format date_parse tz)
bx_programs_of(bc_parts system bc_lex bc_num bc_parse bc_run bc_text bc_lib)
bx_programs_of(find_parts files glob find_regex)
bx_host_code(programs
    SOURCES ${date_parts} ${bc_parts} ${find_parts}
    USES host_common m
    FUZZ date_fuzz bc_fuzz)

bx_programs_of(sort_parts text sort_lines sort_compare sort_key)
bx_host_code(sort SOURCES ${sort_parts} USES host_common FUZZ text_sort_fuzz)

bx_programs_of(diff_parts diff lines classes sequence)
bx_host_code(diff SOURCES ${diff_parts} USES host_common)

bx_programs_of(curl_parts curl web utf8)
bx_host_code(curl SOURCES ${curl_parts} USES host_fetch host_common)

# The codecs as they are in archive.wasm.
include(tools/programs/archive/codecs.cmake)
add_library(host_codecs STATIC EXCLUDE_FROM_ALL ${BX_ARCHIVE_CODECS})
target_link_libraries(host_codecs PRIVATE bx_hardening)
target_compile_options(host_codecs PRIVATE -w ${BX_ARCHIVE_FLAGS})
if(BX_SANITIZE)
    target_compile_options(host_codecs PRIVATE -fno-sanitize=${BX_THIRD_PARTY_UNSANITIZED})
endif()
file(GLOB coder_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/programs/archive/coder*.c)
bx_host_code(archive
    SOURCES ${coder_parts}
    FLAGS ${BX_ARCHIVE_FLAGS}
    USES host_common host_codecs
    FUZZ gzip_fuzz tar_fuzz zip_fuzz)
if(BX_FUZZ)         # with readers, whose settings the target has
    bx_programs_of(zip_parts archive zip_read)
    target_sources(zip_fuzz PRIVATE ${zip_parts})
    bx_programs_of(tar_parts archive tar_read tar_names)
    target_sources(tar_fuzz PRIVATE ${tar_parts})
endif()

file(GLOB lines_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/programs/lines/*.c)
list(FILTER lines_parts EXCLUDE REGEX "/(main|rg)\\.c$")
bx_host_code(lines
    SOURCES ${lines_parts}
    USES host_regex host_common m
    FUZZ sed_fuzz awk_fuzz)

# JavaScript: what needs no engine.
add_library(host_js_codecs OBJECT EXCLUDE_FROM_ALL ${BX_JS_CODECS} ${BX_SOURCES}/quickjs/libunicode.c)
target_link_libraries(host_js_codecs PRIVATE bx_hardening)
target_compile_options(host_js_codecs PRIVATE -w ${BX_JS_CODEC_FLAGS})
if(BX_SANITIZE)
    target_compile_options(host_js_codecs PRIVATE -fno-sanitize=${BX_THIRD_PARTY_UNSANITIZED})
endif()
file(GLOB js_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/js/strip*.c ${CMAKE_SOURCE_DIR}/tools/js/url_*.c)
list(APPEND js_parts ${CMAKE_SOURCE_DIR}/tools/js/hash.c ${CMAKE_SOURCE_DIR}/tools/js/codec.c ${CMAKE_SOURCE_DIR}/tools/js/text_codec.c)
bx_host_code(js
    SOURCES ${js_parts} $<TARGET_OBJECTS:host_js_codecs>
    USES host_lib m
    FLAGS ${BX_JS_CODEC_FLAGS} -isystem${BX_SOURCES}/quickjs
    FUZZ js_codec_fuzz js_hash_fuzz js_text_fuzz js_url_fuzz strip_fuzz)
