# What the benchmark calls: without libc and as small as they can be, so that the call is measured and not the guest.
# Included by cmake/guests.cmake.
foreach(name noop spin membomb answer canary tool_noop call_loop)
    set(memory 65536)
    if(name STREQUAL "canary")
        set(memory 131072)
    endif()
    bx_guest(${name} DIRECTORY bench-guests
        SOURCES ${CMAKE_SOURCE_DIR}/bench/guests/${name}.c
        LINK -nostdlib -Wl,-z,stack-size=8192 -Wl,--initial-memory=${memory})
endforeach()
bx_guest(count_lines DIRECTORY bench-guests
    SOURCES ${CMAKE_SOURCE_DIR}/bench/guests/count_lines.c
    FLAGS -O3 LINK -Wl,-z,stack-size=16384 -Wl,--initial-memory=393216)
# What `wasmtime serve` answers with, beside `boxagnts mcp --http`.
bx_guest(hello DIRECTORY bench-guests
    SOURCES ${CMAKE_SOURCE_DIR}/bench/guests/hello.c
    WIT ${CMAKE_SOURCE_DIR}/bench/guests/hello.wit
    LINK -mexec-model=reactor)
