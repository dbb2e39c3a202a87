# JavaScript: QuickJS-ng (third-party.txt), C functions and a library on top of it, shipped as a snapshot of the memory
# after all that is the same for every process has been done.  Included by cmake/guests.cmake.
set(js ${CMAKE_CURRENT_LIST_DIR})
set(quickjs ${BX_SOURCES}/quickjs)
set(BX_QUICKJS_FLAGS -isystem ${quickjs} -DQUICKJS_NG_BUILD -DNDEBUG)     # without: every opcode asks whether to show itself
set(BX_JS_FLAGS ${BX_QUICKJS_FLAGS} -I${CMAKE_BINARY_DIR}/generated ${BX_JS_CODEC_FLAGS})

# The library, compiled by a program of the build; what few programs need stays a source.
set(rare assert async_hooks child_process constants crypto diagnostics_channel fs/promises http https internal/absent internal/assertion_error internal/blob internal/collate internal/fetch internal/fs_streams internal/fs_tree internal/intl internal/intl_date internal/intl_number internal/message_channel internal/mime
    internal/parse_args internal/process_rare internal/readline internal/signature internal/streams/compose internal/streams/operators
    internal/streams/web_readable internal/streams/web_writable internal/structured_clone internal/test_mock internal/test_timers internal/webcrypto path/win32 perf_hooks punycode
    querystring test url vm zlib)
file(GLOB_RECURSE files CONFIGURE_DEPENDS ${js}/lib/*.js)
set(named "")
set(sources "")
foreach(file IN LISTS files)
    file(RELATIVE_PATH name ${js}/lib ${file})
    string(REGEX REPLACE "\\.js$" "" name ${name})
    if(name IN_LIST rare)
        list(APPEND sources ${name}=${file})
    else()
        list(APPEND named ${name}=${file})
    endif()
endforeach()
add_executable(js_compile EXCLUDE_FROM_ALL ${js}/compile.c ${js}/engine.c ${quickjs}/libregexp.c ${quickjs}/libunicode.c
    ${quickjs}/dtoa.c ${BX_SOURCES}/zlib/deflate.c ${BX_SOURCES}/zlib/trees.c ${BX_SOURCES}/zlib/adler32.c
    ${BX_SOURCES}/zlib/crc32.c ${BX_SOURCES}/zlib/zutil.c)
target_include_directories(js_compile SYSTEM PRIVATE ${quickjs} ${BX_SOURCES})
target_include_directories(js_compile PRIVATE tools)
target_compile_options(js_compile PRIVATE -w -O1)
target_compile_definitions(js_compile PRIVATE _GNU_SOURCE= QUICKJS_NG_BUILD NDEBUG Z_SOLO)
target_link_libraries(js_compile PRIVATE m)
set(block ${CMAKE_BINARY_DIR}/generated/js/js_library.bin)
add_custom_command(OUTPUT ${block}
    COMMAND $<TARGET_FILE:js_compile> ${block} ${named} -- ${sources}
    DEPENDS ${files} js_compile
    COMMENT "library of js" VERBATIM)

# What runs often (hot.txt, from a profile) is compiled for speed, all else of the engine for size: engine.c gives every
# function the attribute, which is taken from these again.
file(STRINGS ${js}/hot.txt hot)
set(keep_fast "")
foreach(name IN LISTS hot)
    list(APPEND keep_fast -mllvm -force-remove-attribute=${name}:minsize -mllvm -force-remove-attribute=${name}:optsize)
endforeach()
bx_guest_objects(tools-js engine SOURCES ${js}/engine.c FLAGS ${BX_JS_FLAGS} ${keep_fast} AFTER ${js}/hot.txt)
set(fast ${quickjs}/libregexp.c ${BX_SOURCES}/zlib/inffast.c ${BX_SOURCES}/zlib/inflate.c)
set(small ${BX_JS_CODECS})
list(REMOVE_ITEM small ${fast})
bx_guest_objects(tools-js codecs SOURCES ${small} FLAGS ${BX_JS_FLAGS} ${BX_JS_CODEC_SMALL})
bx_guest_objects(tools-js foreign SOURCES ${quickjs}/libunicode.c ${quickjs}/dtoa.c
    FLAGS ${BX_JS_FLAGS} -Oz)
bx_guest_objects(tools-js quick SOURCES ${fast} FLAGS ${BX_JS_FLAGS})
file(GLOB sources CONFIGURE_DEPENDS ${js}/*.c)
list(FILTER sources EXCLUDE REGEX "/(brotli_[a-z]+|compile|engine|imports|library_dir)\\.c$")
bx_guest(js DIRECTORY tools SQUEEZE SNAPSHOT
    SOURCES ${js}/imports.c ${sources} ${CMAKE_SOURCE_DIR}/tools/lib/process.c
    OBJECTS ${engine} ${foreign} ${quick} ${codecs}
    FLAGS ${BX_JS_FLAGS} -Oz -DBX_HOST_CALLS=1 -Wno-c23-extensions --embed-dir=${CMAKE_BINARY_DIR}/generated/js
    AFTER ${block}
    LINK -Wl,-z,stack-size=3145728 -Wl,--initial-memory=6291456)
