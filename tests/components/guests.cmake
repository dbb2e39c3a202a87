# Sample components for the tests: tests/components/<x>.wit -> bindings -> core module -> build/components/<x>.wasm.
# Included by cmake/guests.cmake.
set(SAMPLES ${CMAKE_SOURCE_DIR}/tests/components)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/components)

# sample_component(NAME FLAG...): NAME.c with the bindings of NAME.wit.
function(sample_component name)
    set(bindings ${CMAKE_BINARY_DIR}/guest-objects/components-${name})
    set(type ${bindings}/${name}_component_type.o)
    add_custom_command(OUTPUT ${bindings}/${name}.c ${bindings}/${name}.h ${type}
        COMMAND ${CMAKE_COMMAND} -E env CARGO=${BX_CARGO} ${CMAKE_SOURCE_DIR}/tools/fetch/bindings
                ${SAMPLES}/${name}.wit ${bindings}
        COMMAND ${CMAKE_COMMAND} -E touch ${bindings}/${name}.c ${bindings}/${name}.h ${type}
        DEPENDS ${SAMPLES}/${name}.wit ${CMAKE_SOURCE_DIR}/tools/fetch/bindings
                ${CMAKE_SOURCE_DIR}/tools/witgen/src/main.rs ${CMAKE_SOURCE_DIR}/engine/Cargo.lock
        COMMENT "bindings of ${name}" VERBATIM)
    foreach(part IN ITEMS bindings sample)
        set(object ${bindings}/${part}.o)
        set(source ${SAMPLES}/${name}.c)
        set(flags -isystem ${bindings})
        if(part STREQUAL "bindings")
            set(source ${bindings}/${name}.c)
            set(flags -w)
        endif()
        add_custom_command(OUTPUT ${object}
            COMMAND ${BX_GUEST_CC} -c ${flags} ${source} -o ${object}
            DEPENDS ${source} ${bindings}/${name}.h ${CMAKE_SOURCE_DIR}/scripts/guest-cc
            COMMENT "component ${name}, ${part}" VERBATIM)
    endforeach()
    set(core ${bindings}/${name}.core.wasm)
    add_custom_command(OUTPUT ${core}
        COMMAND ${BX_GUEST_CC} ${ARGN} ${bindings}/sample.o ${bindings}/bindings.o ${type} -o ${core}
        DEPENDS ${bindings}/sample.o ${bindings}/bindings.o ${type}
        COMMENT "guest ${name}.core.wasm" VERBATIM)
    set(wasm ${CMAKE_BINARY_DIR}/components/${name}.wasm)
    add_custom_command(OUTPUT ${wasm}
        COMMAND $<TARGET_FILE:boxagnts_cli> componentize ${core} -o ${wasm}
        DEPENDS ${core} boxagnts_cli
        COMMENT "component ${name}.wasm" VERBATIM)
    set(sample_components ${sample_components} ${wasm} PARENT_SCOPE)
endfunction()

if(TARGET boxagnts_cli)
    set(sample_components "")
    sample_component(values -mexec-model=reactor)
    sample_component(ask -nostartfiles)
    sample_component(kv -nostartfiles)
    sample_component(dial -nostartfiles)
    add_custom_target(sample_components DEPENDS ${sample_components})
    add_dependencies(tests sample_components)
endif()
