# JavaScript: QuickJS-ng (third-party.txt), C functions and a library on top of it, shipped as a snapshot of the memory
# after all that is the same for every process has been done.  Included by cmake/guests.cmake.
set(js ${CMAKE_CURRENT_LIST_DIR})
set(quickjs ${BX_SOURCES}/quickjs)
set(BX_QUICKJS_FLAGS -isystem ${quickjs} -DQUICKJS_NG_BUILD)

# The library, compiled by a program of the build.
file(GLOB_RECURSE files CONFIGURE_DEPENDS ${js}/lib/*.js)
set(named "")
foreach(file IN LISTS files)
    file(RELATIVE_PATH name ${js}/lib ${file})
    string(REGEX REPLACE "\\.js$" "" name ${name})
    list(APPEND named ${name}=${file})
endforeach()
add_executable(js_compile EXCLUDE_FROM_ALL ${js}/compile.c ${js}/engine.c ${quickjs}/libregexp.c ${quickjs}/libunicode.c
    ${quickjs}/dtoa.c)
target_include_directories(js_compile SYSTEM PRIVATE ${quickjs})
target_include_directories(js_compile PRIVATE tools)
target_compile_options(js_compile PRIVATE -w -O1)
target_compile_definitions(js_compile PRIVATE _GNU_SOURCE= QUICKJS_NG_BUILD)
target_link_libraries(js_compile PRIVATE m)
set(block ${CMAKE_BINARY_DIR}/generated/js/js_library.bin)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated/js)
add_custom_command(OUTPUT ${block}
    COMMAND $<TARGET_FILE:js_compile> ${block} ${named}
    DEPENDS ${files} js_compile
    COMMENT "library of js" VERBATIM)

file(GLOB sources CONFIGURE_DEPENDS ${js}/*.c)
list(FILTER sources EXCLUDE REGEX "/(compile|library_dir)\\.c$")
list(APPEND sources ${quickjs}/libregexp.c ${quickjs}/libunicode.c ${quickjs}/dtoa.c)
bx_guest(js DIRECTORY tools SNAPSHOT
    SOURCES ${sources} ${CMAKE_SOURCE_DIR}/tools/lib/process.c
    FLAGS ${BX_QUICKJS_FLAGS} -DBX_HOST_CALLS=1 -Wno-c23-extensions --embed-dir=${CMAKE_BINARY_DIR}/generated/js
    AFTER ${block}
    LINK -Wl,-z,stack-size=1048576)
