# The parts of web_fetch built for the host, with tests/host/fetch_*_test.c and their fuzz targets.
# Included by CMakeLists.txt after the tests and fuzz targets.
add_library(web_fetch_decoders OBJECT EXCLUDE_FROM_ALL ${BX_DECODERS})
target_link_libraries(web_fetch_decoders PRIVATE bx_hardening)
target_compile_options(web_fetch_decoders PRIVATE -w ${BX_DECODER_FLAGS})
if(BX_SANITIZE)     # they rely on unaligned reads and the like
    target_compile_options(web_fetch_decoders PRIVATE -fno-sanitize=undefined)
endif()

file(GLOB wf_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/fetch/*.c)
list(FILTER wf_parts EXCLUDE REGEX "/(web_fetch|http_wasi|cabi)\\.c$")
add_library(web_fetch_parts STATIC EXCLUDE_FROM_ALL
    ${wf_parts} ${CMAKE_SOURCE_DIR}/tools/lib/bx_filetype.c $<TARGET_OBJECTS:web_fetch_decoders>)
target_include_directories(web_fetch_parts PUBLIC ${CMAKE_SOURCE_DIR}/tools PRIVATE ${CMAKE_SOURCE_DIR}/tools/lib)
target_compile_options(web_fetch_parts PRIVATE ${BX_DECODER_INCLUDES})
target_link_libraries(web_fetch_parts PRIVATE bx_flags bx_banned PUBLIC boxagnts)

if(NOT BX_FUZZ)
    file(GLOB wf_tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/host/fetch_*_test.c)
    foreach(source IN LISTS wf_tests)
        get_filename_component(name ${source} NAME_WE)
        bx_program(${name} ${source} tests bx_banned web_fetch_parts)
        set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
        add_dependencies(tests ${name})
    endforeach()
endif()
foreach(name html_fuzz charset_fuzz decode_fuzz)
    if(TARGET ${name})
        target_link_libraries(${name} PRIVATE web_fetch_parts)
    endif()
endforeach()
