# curl and wget: a component, on the parts of web_fetch that make requests.
file(GLOB common CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/programs/common/*.c)
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.c)
foreach(name cabi http http_wasi idna url)
    list(APPEND sources ${CMAKE_SOURCE_DIR}/tools/fetch/${name}.c)
endforeach()
bx_guest(curl DIRECTORY programs
    SOURCES ${sources} ${common}
    WIT ${CMAKE_CURRENT_LIST_DIR}/wit/world.wit
    FLAGS -msimd128 -I${CMAKE_CURRENT_LIST_DIR}/port
    LINK -nostartfiles -Wl,--wrap=_Exit -Wl,--initial-memory=4194304)
