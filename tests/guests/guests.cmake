# Conformance guests: every C file is one.  Included by cmake/guests.cmake.
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/guests/*.c)
foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WE)
    set(stack "")
    if(name STREQUAL "exec_do")     # one of the things it does is to run out of stack
        set(stack -Wl,-z,stack-size=65536)
    endif()
    if(name MATCHES "^(spawn|jobs)$")   # they start themselves
        bx_guest(${name} DIRECTORY guests SOURCES ${source} ${CMAKE_SOURCE_DIR}/tools/lib/process.c
            FLAGS -DBX_HOST_CALLS=1)
    else()
        bx_guest(${name} DIRECTORY guests SOURCES ${source} LINK ${stack})
    endif()
endforeach()
