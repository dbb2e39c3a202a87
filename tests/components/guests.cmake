# Sample components for the tests: <x>.c with the bindings of <x>.wit.  Included by cmake/guests.cmake.
foreach(name values ask kv dial)
    set(start -nostartfiles)
    if(name STREQUAL "values")      # called, never started
        set(start -mexec-model=reactor)
    endif()
    bx_guest(${name} DIRECTORY components
        SOURCES ${CMAKE_SOURCE_DIR}/tests/components/${name}.c
        WIT ${CMAKE_SOURCE_DIR}/tests/components/${name}.wit
        LINK ${start})
endforeach()
