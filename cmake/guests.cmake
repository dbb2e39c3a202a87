# Guests: C to wasm32-wasip1 through scripts/guest-cc.  Found by pattern as well:
#   tools/lib/*.c              helpers any guest may use; only what a guest calls is linked in
#   tools/<group>/<x>.c        a tool                build/tools/<x>.wasm, its manifest <x>.tool.yaml beside it
#   tools/probes/*.c           hostile guests        build/probes/<x>.wasm
#   tests/guests/*.c           conformance guests    build/guests/<x>.wasm
#   bench/guests/*.c           benchmark guests      build/bench-guests/<x>.wasm   (target `bench`)
# A tool group that is not one file per tool has its own tools/<group>/guests.cmake instead, which is included here.
find_program(BX_CLANG clang-22 REQUIRED)
set(BX_GUEST_CC ${CMAKE_COMMAND} -E env BX_CLANG=${BX_CLANG} BX_SYSROOT=${CMAKE_BINARY_DIR}/sysroot
                ${CMAKE_SOURCE_DIR}/scripts/guest-cc)
set(BX_GUEST_INCLUDES -I${CMAKE_SOURCE_DIR}/tools/lib -isystem ${BX_SOURCES})

# bx_guest_object(SOURCE RET [FLAG...]): compile SOURCE, the object's path into RET.
function(bx_guest_object source ret)
    get_filename_component(folder ${source} DIRECTORY)
    get_filename_component(folder ${folder} NAME)
    get_filename_component(name ${source} NAME_WE)
    set(name ${folder}-${name})
    set(object ${CMAKE_BINARY_DIR}/guest-objects/${name}.o)
    add_custom_command(OUTPUT ${object}
        COMMAND ${BX_GUEST_CC} -c ${BX_GUEST_INCLUDES} -MMD -MF ${object}.d ${source} -o ${object} ${ARGN}
        DEPENDS ${source} ${CMAKE_SOURCE_DIR}/scripts/guest-cc
        DEPFILE ${object}.d
        COMMENT "guest ${name}.o" VERBATIM)
    set(${ret} ${object} PARENT_SCOPE)
endfunction()

# bx_guest(SOURCE DIRECTORY RET [FLAG-OR-OBJECT...]): build/<DIRECTORY>/<name>.wasm from SOURCE, its path into RET.
function(bx_guest source directory ret)
    get_filename_component(name ${source} NAME_WE)
    set(wasm ${CMAKE_BINARY_DIR}/${directory}/${name}.wasm)
    set(depfile ${CMAKE_BINARY_DIR}/guest-objects/${directory}-${name}.d)
    set(objects ${ARGN})
    list(FILTER objects INCLUDE REGEX "\\.o$")
    add_custom_command(OUTPUT ${wasm}
        COMMAND ${BX_GUEST_CC} ${BX_GUEST_INCLUDES} -MMD -MF ${depfile} -MT ${wasm} ${source} -o ${wasm} ${ARGN}
                -Wl,--start-lib ${BX_GUEST_LIB} -Wl,--end-lib
        DEPENDS ${source} ${objects} ${BX_GUEST_LIB} ${CMAKE_SOURCE_DIR}/scripts/guest-cc
        DEPFILE ${depfile}
        COMMENT "guest ${directory}/${name}.wasm" VERBATIM)
    set(${ret} ${wasm} PARENT_SCOPE)
endfunction()

# bx_guest_folder(FOLDER DIRECTORY RET): every C file of FOLDER as a guest.
function(bx_guest_folder folder directory ret)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.c)
    set(all "")
    foreach(source IN LISTS sources)
        bx_guest(${source} ${directory} wasm)
        list(APPEND all ${wasm})
    endforeach()
    set(${ret} ${all} PARENT_SCOPE)
endfunction()

foreach(directory guest-objects tools probes guests bench-guests)
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/${directory})
endforeach()

set(BX_GUEST_LIB "")
bx_guest_object(${BX_SOURCES}/yyjson/yyjson.c object -w)
list(APPEND BX_GUEST_LIB ${object})
file(GLOB helpers CONFIGURE_DEPENDS tools/lib/*.c)
foreach(source IN LISTS helpers)
    bx_guest_object(${source} object)
    list(APPEND BX_GUEST_LIB ${object})
endforeach()

set(all_guests "")
file(GLOB groups CONFIGURE_DEPENDS LIST_DIRECTORIES true tools/*)
foreach(group IN LISTS groups)
    get_filename_component(name ${group} NAME)
    if(NOT IS_DIRECTORY ${group} OR name MATCHES "^(lib|probes)$")
        continue()
    endif()
    if(EXISTS ${group}/guests.cmake)
        include(${group}/guests.cmake)      # appends what it builds to all_guests
    elseif(NOT name STREQUAL "fetch")
        bx_guest_folder(tools/${name} tools guests)
        list(APPEND all_guests ${guests})
    endif()
    file(GLOB manifests CONFIGURE_DEPENDS ${group}/*.tool.yaml)
    foreach(manifest IN LISTS manifests)
        get_filename_component(file ${manifest} NAME)
        set(copy ${CMAKE_BINARY_DIR}/tools/${file})
        add_custom_command(OUTPUT ${copy} COMMAND ${CMAKE_COMMAND} -E copy ${manifest} ${copy}
            DEPENDS ${manifest} COMMENT "manifest ${file}" VERBATIM)
        list(APPEND all_guests ${copy})
    endforeach()
endforeach()
bx_guest_folder(tools/probes probes guests)
list(APPEND all_guests ${guests})
add_custom_target(guests ALL DEPENDS ${all_guests})

bx_guest_folder(tests/guests guests guests)
add_custom_target(test_guests DEPENDS ${guests})
add_dependencies(tests guests test_guests)
include(tests/components/guests.cmake)
bx_guest_folder(bench/guests bench-guests guests)
add_custom_target(bench_guests DEPENDS ${guests})
add_dependencies(bench guests bench_guests)
