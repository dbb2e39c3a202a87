# jq: its own sources (third-party.txt), with decNumber and Oniguruma as it carries them.
#
# The ABI hands structures of two words over in registers (multi-value), not through memory: jq passes every value so.
# Without it a step of its recursions takes up to 2.8 KiB of stack, with it 64 to 200 bytes, and it is faster.
set(jq ${BX_SOURCES}/jq)
set(port ${CMAKE_CURRENT_LIST_DIR}/port)
set(sources ${CMAKE_CURRENT_LIST_DIR}/port.c ${CMAKE_CURRENT_LIST_DIR}/main.c ${CMAKE_CURRENT_LIST_DIR}/util.c)
foreach(name builtin bytecode compile execute jq_test jv jv_alloc jv_aux jv_dtoa jv_dtoa_tsd jv_file jv_parse jv_print
        jv_unicode lexer linker locfile parser)
    list(APPEND sources ${jq}/src/${name}.c)
endforeach()
list(APPEND sources ${jq}/vendor/decNumber/decContext.c ${jq}/vendor/decNumber/decNumber.c)
foreach(name ascii onig_init regcomp regenc regerror regexec regext regparse regsyntax regtrav regversion st unicode
        unicode_fold1_key unicode_fold2_key unicode_fold3_key unicode_unfold_key utf8)
    list(APPEND sources ${jq}/vendor/oniguruma/src/${name}.c)
endforeach()
bx_guest(jq DIRECTORY programs
    SOURCES ${sources} ${CMAKE_SOURCE_DIR}/tools/lib/process.c ${CMAKE_SOURCE_DIR}/tools/programs/date/tz.c
            ${CMAKE_SOURCE_DIR}/tools/programs/common/prog_memory.c
    FLAGS -flto -msimd128 -DBX_HOST_CALLS=1 -Xclang -target-abi -Xclang experimental-mv -include ${port}/jq_config.h
        -I${port} -isystem ${jq} -isystem ${jq}/src -isystem ${jq}/vendor -isystem ${jq}/vendor/oniguruma/src
        --embed-dir=${jq}/src
    LINK -flto -Wl,--lto-O3 -Wl,-mllvm,-target-abi=experimental-mv -Wl,-z,stack-size=4194304)
