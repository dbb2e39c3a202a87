# The shell.  Included by cmake/guests.cmake.
file(GLOB BX_SHELL CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/shell/*.c)
set(BX_SHELL_SMALL builtins builtins_dir builtins_misc builtins_name builtins_set clock complete fc float histexpand histline
    history json main options prompt state tool unparse)
list(TRANSFORM BX_SHELL_SMALL REPLACE "(.+)" "${CMAKE_SOURCE_DIR}/tools/shell/\\1.c")
list(REMOVE_ITEM BX_SHELL ${BX_SHELL_SMALL})
bx_guest(bash DIRECTORY tools
    SOURCES ${BX_SHELL} ${CMAKE_SOURCE_DIR}/tools/lib/process.c
    SMALL ${BX_SHELL_SMALL} ${CMAKE_SOURCE_DIR}/tools/programs/date/tz.c
    FLAGS -msimd128 -DBX_HOST_CALLS=1
    LINK -Wl,-z,stack-size=1048576 -Wl,--initial-memory=2097152 -Wl,--wrap=__wasilibc_find_abspath)
