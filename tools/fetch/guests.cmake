# web_fetch: bindings of its WIT world -> a core module -> a component.  Included by cmake/guests.cmake.
set(WF ${CMAKE_SOURCE_DIR}/tools/fetch)
set(WF_BINDINGS ${CMAKE_BINARY_DIR}/guest-objects/web_fetch)

set(wf_world ${WF}/wit/world.wit)
set(wf_type ${WF_BINDINGS}/web_fetch_component_type.o)
add_custom_command(OUTPUT ${WF_BINDINGS}/web_fetch.c ${WF_BINDINGS}/web_fetch.h ${wf_type}
    COMMAND ${CMAKE_COMMAND} -E env CARGO=${BX_CARGO} ${WF}/bindings ${wf_world} ${WF_BINDINGS}
    COMMAND ${CMAKE_COMMAND} -E touch ${WF_BINDINGS}/web_fetch.c ${WF_BINDINGS}/web_fetch.h ${wf_type}
    DEPENDS ${wf_world} ${WF}/bindings ${CMAKE_SOURCE_DIR}/tools/witgen/src/main.rs
            ${CMAKE_SOURCE_DIR}/engine/Cargo.lock
    COMMENT "bindings of web_fetch" VERBATIM)

# wf_object(SOURCE FLAG...): one more object of web_fetch, compiled once the bindings are there.
set(wf_objects "")
function(wf_object source)
    file(RELATIVE_PATH name ${CMAKE_SOURCE_DIR} ${source})
    string(REGEX REPLACE "[/.]+" "-" name ${name})
    set(object ${WF_BINDINGS}/${name}.o)
    add_custom_command(OUTPUT ${object}
        COMMAND ${BX_GUEST_CC} -c ${BX_GUEST_INCLUDES} ${ARGN} -MMD -MF ${object}.d ${source} -o ${object}
        DEPENDS ${source} ${WF_BINDINGS}/web_fetch.h ${CMAKE_SOURCE_DIR}/scripts/guest-cc
        DEPFILE ${object}.d
        COMMENT "web_fetch ${name}.o" VERBATIM)
    set(wf_objects ${wf_objects} ${object} PARENT_SCOPE)
endfunction()

set(wf_flags -I${CMAKE_SOURCE_DIR}/tools -I${CMAKE_SOURCE_DIR}/src -isystem ${WF_BINDINGS} ${BX_DECODER_INCLUDES})
foreach(source IN LISTS BX_DECODERS)
    wf_object(${source} -w ${BX_DECODER_FLAGS})
endforeach()
wf_object(${WF_BINDINGS}/web_fetch.c -w)
wf_object(${CMAKE_SOURCE_DIR}/src/base/buf.c ${wf_flags})
wf_object(${CMAKE_SOURCE_DIR}/src/base/error.c ${wf_flags} -include ${WF}/wasi_strerror.h)
file(GLOB wf_sources CONFIGURE_DEPENDS ${WF}/*.c)
list(REMOVE_ITEM wf_sources ${WF}/http_fake.c)
foreach(source IN LISTS wf_sources)
    wf_object(${source} ${wf_flags})
endforeach()

# -nostartfiles: web_fetch.c has its own start.  The initial memory is what a fetch of ordinary size needs, so that
# no call pays for growing it.
set(wf_core ${WF_BINDINGS}/web_fetch.core.wasm)
add_custom_command(OUTPUT ${wf_core}
    COMMAND ${BX_GUEST_CC} -nostartfiles -Wl,--initial-memory=8388608 ${wf_objects} ${wf_type}
            -Wl,--start-lib ${BX_GUEST_LIB} -Wl,--end-lib -o ${wf_core}
    DEPENDS ${wf_objects} ${wf_type} ${BX_GUEST_LIB}
    COMMENT "guest web_fetch.core.wasm" VERBATIM)

# A target of its own: the other guests need not wait for the program that makes the component.
list(APPEND all_guests ${wf_core})
if(TARGET boxagnts_cli)
    set(wf_wasm ${CMAKE_BINARY_DIR}/tools/web_fetch.wasm)
    add_custom_command(OUTPUT ${wf_wasm}
        COMMAND $<TARGET_FILE:boxagnts_cli> componentize ${wf_core} -o ${wf_wasm}
        DEPENDS ${wf_core} boxagnts_cli
        COMMENT "component web_fetch.wasm" VERBATIM)
    add_custom_target(web_fetch_component ALL DEPENDS ${wf_wasm})
    add_dependencies(tests web_fetch_component)
endif()
