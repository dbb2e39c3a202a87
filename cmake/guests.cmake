# Guests: C to wasm32-wasip1 through scripts/guest-cc.  bx_guest below makes every one of them; a guests.cmake calls it in
#   tools/<group>       the tools                   build/tools/<x>.wasm, its manifest <x>.tool.yaml beside it
#   tools/programs/<x>  programs of the shell       build/programs/<x>.wasm
#   tools/probes        hostile guests              build/probes/<x>.wasm
#   tests/guests        conformance guests          build/guests/<x>.wasm
#   tests/components    sample components           build/components/<x>.wasm
#   bench/guests        benchmark guests            build/bench-guests/<x>.wasm   (target `bench`)
find_program(BX_CLANG clang-22 REQUIRED)
find_program(BX_WASM_OPT wasm-opt REQUIRED)
set(BX_GUEST_CC ${CMAKE_COMMAND} -E env BX_CLANG=${BX_CLANG} BX_SYSROOT=${CMAKE_BINARY_DIR}/sysroot
                ${CMAKE_SOURCE_DIR}/scripts/guest-cc)
set(BX_GUEST_INCLUDES -I${CMAKE_SOURCE_DIR}/tools -I${CMAKE_SOURCE_DIR}/src -I${CMAKE_SOURCE_DIR}/engine/include -isystem ${BX_SOURCES})
set(BX_GUEST_OBJECTS ${CMAKE_BINARY_DIR}/guest-objects)
set(BX_WITGEN ${CMAKE_SOURCE_DIR}/tools/witgen/src/main.rs)

# bx_guest_objects(OF RET SOURCES ... [FLAGS ...] [AFTER ...]): the sources of guest OF compiled, the objects' paths into
# RET.  AFTER: files that must be there first.  What lies in the build tree is not our own code and gets no warnings.
function(bx_guest_objects of ret)
    cmake_parse_arguments(PARSE_ARGV 2 guest "" "" "SOURCES;FLAGS;AFTER")
    set(objects "")
    foreach(source IN LISTS guest_SOURCES)
        set(root ${CMAKE_SOURCE_DIR})
        cmake_path(IS_PREFIX CMAKE_BINARY_DIR ${source} is_foreign)
        if(is_foreign)
            set(root ${CMAKE_BINARY_DIR})
        endif()
        file(RELATIVE_PATH name ${root} ${source})
        string(REGEX REPLACE "[/.]+" "-" name ${name})
        set(object ${BX_GUEST_OBJECTS}/${of}/${name}.o)
        add_custom_command(OUTPUT ${object}
            COMMAND ${BX_GUEST_CC} -c ${BX_GUEST_INCLUDES} ${guest_FLAGS} $<$<BOOL:${is_foreign}>:-w>
                    -MMD -MF ${object}.d ${source} -o ${object}
            DEPENDS ${source} ${guest_AFTER} ${CMAKE_SOURCE_DIR}/scripts/guest-cc
            DEPFILE ${object}.d
            COMMAND_EXPAND_LISTS VERBATIM
            COMMENT "guest ${of}: ${name}.o")
        list(APPEND objects ${object})
    endforeach()
    file(MAKE_DIRECTORY ${BX_GUEST_OBJECTS}/${of})
    set(${ret} ${objects} PARENT_SCOPE)
endfunction()

# bx_guest(NAME DIRECTORY d SOURCES ... [SMALL ...] [OBJECTS ...] [FLAGS ...] [LINK ...] [AFTER ...] [SQUEEZE] [SNAPSHOT] [WIT world.wit]):
# build/<d>/NAME.wasm, added to the list in the global property bx_guests_<d>.
#   SMALL  sources that run seldom: compiled for size
#   OBJECTS  compiled already (bx_guest_objects), with flags of their own
#   FLAGS  for the compiler; LINK  for the linker: give a tool the stack and memory it needs for ordinary input
#   SQUEEZE  for size once more by wasm-opt, when it is linked: what is equal is folded, a twelfth of it (-Oz saves nothing more)
#   SNAPSHOT  the module is shipped as it is after its exported function `wizer-initialize` (boxagnts-pack runs it)
#   AFTER  files that its sources include and that have to be made first
#   WIT    the world it is a component of: bindings are generated (NAME.h is there to include) and compiled, and the core
#          module is wrapped as a component by boxagnts-pack
# All of tools/lib and src/base/{buf,error}.h can be used; only what is used is linked.  A tool's manifest NAME.tool.yaml stands beside its first
# source and is copied next to the module.
function(bx_guest name)
    cmake_parse_arguments(PARSE_ARGV 1 guest "SNAPSHOT;SQUEEZE" "DIRECTORY;WIT" "SOURCES;SMALL;OBJECTS;FLAGS;LINK;AFTER")
    set(of ${guest_DIRECTORY}-${name})
    set(wasm ${CMAKE_BINARY_DIR}/${guest_DIRECTORY}/${name}.wasm)
    set(core ${wasm})
    set(after ${guest_AFTER})
    set(type "")
    if(guest_SNAPSHOT)
        set(core ${BX_GUEST_OBJECTS}/${of}/${name}.core.wasm)
    endif()
    if(guest_WIT)
        set(core ${BX_GUEST_OBJECTS}/${of}/${name}.core.wasm)
        set(bindings ${BX_GUEST_OBJECTS}/${of}/bindings)
        list(APPEND after ${bindings}/${name}.h)
        set(type ${bindings}/${name}_component_type.o)
        set(made ${bindings}/${name}.c ${bindings}/${name}.h ${type})
        add_custom_command(OUTPUT ${made}
            COMMAND ${CMAKE_COMMAND} -E env CARGO=${BX_CARGO} ${CMAKE_SOURCE_DIR}/scripts/guest-bindings
                    ${guest_WIT} ${bindings}
            COMMAND ${CMAKE_COMMAND} -E touch ${made}
            DEPENDS ${guest_WIT} ${CMAKE_SOURCE_DIR}/scripts/guest-bindings ${BX_WITGEN}
                    ${CMAKE_SOURCE_DIR}/engine/Cargo.lock
            COMMENT "bindings of ${name}" VERBATIM)
        list(APPEND guest_SOURCES ${bindings}/${name}.c)
        list(APPEND guest_FLAGS -isystem ${bindings})
    endif()
    if(guest_DIRECTORY STREQUAL "programs")
        list(APPEND guest_LINK -Wl,--wrap=utimensat -Wl,--wrap=futimens # tools/lib/set_times.c
            -Wl,--wrap=__wasilibc_find_abspath)                          # tools/lib/climb.c
    endif()
    bx_guest_objects(${of} objects SOURCES ${guest_SOURCES} FLAGS ${guest_FLAGS} AFTER ${after})
    bx_guest_objects(${of} small SOURCES ${guest_SMALL} FLAGS ${guest_FLAGS} -Oz AFTER ${after})
    list(APPEND objects ${small} ${guest_OBJECTS})
    set(squeeze "")
    if(guest_SQUEEZE)   # the features are those that guest-cc's target has by itself
        set(squeeze COMMAND ${BX_WASM_OPT} -Os --enable-bulk-memory --enable-multivalue --enable-mutable-globals
                            --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext ${core} -o ${core})
    endif()
    add_custom_command(OUTPUT ${core}
        COMMAND ${BX_GUEST_CC} ${guest_LINK} ${objects} ${type} -Wl,--start-lib ${BX_GUEST_LIB} -Wl,--end-lib -o ${core}
        ${squeeze}
        DEPENDS ${objects} ${type} ${BX_GUEST_LIB} ${CMAKE_SOURCE_DIR}/scripts/guest-cc
        COMMENT "guest ${guest_DIRECTORY}/${name}.wasm" VERBATIM)
    # A command waits for what all targets that it is part of wait for: of one that needs the compiler only, for nothing else.
    add_custom_target(guest-${of} DEPENDS ${core})
    if(guest_SNAPSHOT AND TARGET boxagnts_pack)
        add_custom_command(OUTPUT ${wasm}
            COMMAND $<TARGET_FILE:boxagnts_pack> snapshot ${core} ${wasm}
            DEPENDS ${core} boxagnts_pack
            COMMENT "snapshot ${guest_DIRECTORY}/${name}.wasm" VERBATIM)
    elseif(guest_WIT AND TARGET boxagnts_pack)
        add_custom_command(OUTPUT ${wasm}
            COMMAND $<TARGET_FILE:boxagnts_pack> componentize ${core} ${wasm}
            DEPENDS ${core} boxagnts_pack
            COMMENT "component ${guest_DIRECTORY}/${name}.wasm" VERBATIM)
    elseif(guest_WIT OR guest_SNAPSHOT)
        set(wasm ${core})
    endif()
    list(GET guest_SOURCES 0 first)
    get_filename_component(beside ${first} DIRECTORY)
    if(EXISTS ${beside}/${name}.tool.yaml)
        set(copy ${CMAKE_BINARY_DIR}/${guest_DIRECTORY}/${name}.tool.yaml)
        add_custom_command(OUTPUT ${copy} COMMAND ${CMAKE_COMMAND} -E copy ${beside}/${name}.tool.yaml ${copy}
            DEPENDS ${beside}/${name}.tool.yaml COMMENT "manifest of ${name}" VERBATIM)
    elseif(guest_DIRECTORY STREQUAL "tools")
        message(FATAL_ERROR "the tool ${name} has no manifest ${beside}/${name}.tool.yaml")
    endif()
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/${guest_DIRECTORY})
    set_property(GLOBAL APPEND PROPERTY bx_guests_${guest_DIRECTORY} ${wasm} ${copy})
endfunction()

# bx_guests_of(RET DIRECTORY ...): all guests of these directories so far.
function(bx_guests_of ret)
    set(all "")
    foreach(directory IN LISTS ARGN)
        get_property(guests GLOBAL PROPERTY bx_guests_${directory})
        list(APPEND all ${guests})
    endforeach()
    set(${ret} ${all} PARENT_SCOPE)
endfunction()

# What every guest can use: tools/lib, the memory, buffers and errors of src/base, JSON reading.
file(GLOB helpers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/lib/*.c)
set(base ${CMAKE_SOURCE_DIR}/src/base)
bx_guest_objects(lib BX_GUEST_LIB SOURCES ${helpers} ${base}/alloc.c ${base}/buf.c ${base}/buf_fmt.c ${base}/error.c
    ${BX_SOURCES}/yyjson/yyjson.c)

file(GLOB callers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/*/guests.cmake
     ${CMAKE_SOURCE_DIR}/tools/programs/*/guests.cmake)
foreach(caller IN LISTS callers)
    include(${caller})
endforeach()
include(tests/guests/guests.cmake)
include(tests/components/guests.cmake)
include(bench/guests/guests.cmake)

bx_guests_of(all tools programs probes)
add_custom_target(guests ALL DEPENDS ${all})
if(TARGET builtins)      # a tree without guests takes these too
    add_dependencies(guests builtins)
endif()
bx_guests_of(all guests components)
add_custom_target(test_guests DEPENDS ${all})
bx_guests_of(all bench-guests)
add_custom_target(bench_guests DEPENDS ${all})
add_dependencies(tests guests test_guests)
add_dependencies(bench guests bench_guests)
