# Compiler flags, as interface targets:
#   bx_hardening   language level, optimisation, hardening, sanitizers: all C code of the host
#   bx_warnings    the warnings of STYLE.md, as errors
#   bx_flags       both: our own code
#   bx_banned      additionally src/base/banned.h in front of every file
include(CheckCCompilerFlag)
include(CheckLinkerFlag)

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_FLAGS_RELEASE "-O2 -g")
set(CMAKE_C_FLAGS_SANITIZE "-O1 -g -fno-omit-frame-pointer")

add_library(bx_hardening INTERFACE)
target_compile_definitions(bx_hardening INTERFACE _GNU_SOURCE=)
target_compile_options(bx_hardening INTERFACE
    -ffunction-sections -fdata-sections -fno-strict-aliasing
    -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=)
target_link_options(bx_hardening INTERFACE -pie -Wl,--gc-sections -Wl,-z,relro,-z,now -Wl,-z,noexecstack)
check_linker_flag(C -Wl,-z,pack-relative-relocs have_packed_relocations)     # half of what a start relocates
if(have_packed_relocations)
    target_link_options(bx_hardening INTERFACE -Wl,-z,pack-relative-relocs)
endif()
foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection)
    string(MAKE_C_IDENTIFIER "have${flag}" have)
    check_c_compiler_flag(${flag} ${have})
    if(${have})
        target_compile_options(bx_hardening INTERFACE ${flag})
    endif()
endforeach()
if(BX_SANITIZE)
    target_compile_options(bx_hardening INTERFACE -fsanitize=${BX_SANITIZE} -fno-sanitize-recover=all)
    string(REPLACE "fuzzer-no-link," "" link_sanitizers "${BX_SANITIZE}")
    target_link_options(bx_hardening INTERFACE -fsanitize=${link_sanitizers})
else()
    target_compile_options(bx_hardening INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()

add_library(bx_warnings INTERFACE)
target_compile_options(bx_warnings INTERFACE
    -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2
    -Wimplicit-fallthrough -Werror)

add_library(bx_flags INTERFACE)
target_link_libraries(bx_flags INTERFACE bx_hardening bx_warnings)

add_library(bx_banned INTERFACE)
if(EXISTS ${CMAKE_SOURCE_DIR}/src/base/banned.h)
    target_compile_options(bx_banned INTERFACE "SHELL:-include ${CMAKE_SOURCE_DIR}/src/base/banned.h")
endif()
