# The Rust crate, built by cargo through scripts/build-engine.  Cargo itself decides what is out of date, so it is
# asked on every build; that takes a moment when nothing changed, and the library's time stamp then stays as it was.
# Rust code is never sanitized: all build trees share cargo's own target directory.
set(BX_CARGO ${CMAKE_SOURCE_DIR}/scripts/cargo)

# bx_engine_library(TARGET CRATE): static library of CRATE, copied into this build tree, as link target TARGET.
function(bx_engine_library target crate)
    string(REPLACE "-" "_" stem ${crate})
    set(lib ${CMAKE_BINARY_DIR}/engine/lib${stem}.a)
    add_custom_target(${target}_build
        COMMAND ${CMAKE_SOURCE_DIR}/scripts/build-engine ${crate} ${lib}
        BYPRODUCTS ${lib}
        COMMENT "cargo: ${crate}"
        USES_TERMINAL VERBATIM)
    add_library(${target} INTERFACE)
    add_dependencies(${target} ${target}_build)
    target_link_libraries(${target} INTERFACE
        ${lib} Threads::Threads ${CMAKE_DL_LIBS} m -static-libgcc)
endfunction()

bx_engine_library(bx_engine bx-engine)
bx_engine_library(bx_textbook bx-textbook)
