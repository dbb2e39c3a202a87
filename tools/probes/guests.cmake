# Hostile guests: every C file is one; src/cli/doctor_probes.def says what it tries.  Included by cmake/guests.cmake.
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/probes/*.c)
foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WE)
    bx_guest(${name} DIRECTORY probes SOURCES ${source})
endforeach()
