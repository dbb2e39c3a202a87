# The tools that are part of the program, every tools/<group>/<x>.tool.yaml, and the programs for its shell, every
# tools/programs/<x>/<x>.program.yaml.
#
# `boxagnts-pack`, a program of the build alone, checks each manifest and compiles each module; src/builtins.c takes the
# result into `boxagnts`.  A tree without guests takes what the tree BX_GUEST_DIR made.
#   build/builtin/<x>.{json,code,sum}   src/pack.c has what they are
#   build/docs/tools/<x>.md             the tool's page
file(GLOB manifests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/*/*.tool.yaml)
set(BX_BUILTIN_DIR ${BX_GUEST_DIR}/builtin)
set(BX_BUILTIN_PAGES ${CMAKE_BINARY_DIR}/docs/tools)
set(names "")
set(files "")
if(BX_GUESTS)
    add_executable(boxagnts_pack src/pack.c)
    set_target_properties(boxagnts_pack PROPERTIES OUTPUT_NAME boxagnts-pack)
    target_link_libraries(boxagnts_pack PRIVATE bx_flags bx_banned boxagnts bx_engine)
    file(MAKE_DIRECTORY ${BX_BUILTIN_DIR} ${BX_BUILTIN_PAGES})
endif()
foreach(manifest IN LISTS manifests)
    get_filename_component(name ${manifest} NAME)
    string(REPLACE ".tool.yaml" "" name ${name})
    set(made ${BX_BUILTIN_DIR}/${name}.json ${BX_BUILTIN_DIR}/${name}.code ${BX_BUILTIN_DIR}/${name}.sum)
    set(module ${BX_GUEST_DIR}/tools/${name}.wasm)
    list(APPEND names ${name})
    list(APPEND files ${made} ${module})
    if(BX_GUESTS)
        add_custom_command(OUTPUT ${made} ${BX_BUILTIN_PAGES}/${name}.md
            COMMAND $<TARGET_FILE:boxagnts_pack> tool ${manifest} ${module} ${BX_BUILTIN_DIR} ${BX_BUILTIN_PAGES}
            DEPENDS ${manifest} ${module} boxagnts_pack
            COMMENT "built-in tool ${name}" VERBATIM)
    endif()
endforeach()

file(GLOB manifests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/programs/*/*.program.yaml)
set(boxes "")
foreach(manifest IN LISTS manifests)
    get_filename_component(name ${manifest} NAME)
    string(REPLACE ".program.yaml" "" name ${name})
    set(made ${BX_BUILTIN_DIR}/${name}.json ${BX_BUILTIN_DIR}/${name}.code ${BX_BUILTIN_DIR}/${name}.sum)
    set(module ${BX_GUEST_DIR}/programs/${name}.wasm)
    list(APPEND boxes ${name})
    list(APPEND files ${made} ${module})
    if(BX_GUESTS)
        add_custom_command(OUTPUT ${made}
            COMMAND $<TARGET_FILE:boxagnts_pack> program ${manifest} ${module} ${BX_BUILTIN_DIR}
            DEPENDS ${manifest} ${module} boxagnts_pack
            COMMENT "built-in programs ${name}" VERBATIM)
    endif()
endforeach()
if(BX_GUESTS)
    add_custom_target(builtins DEPENDS ${files})
endif()

list(SORT boxes)
list(TRANSFORM boxes REPLACE "(.+)" "BX_BUILTIN(\\1)")
list(JOIN boxes "\n" table)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/builtin/boxes.def CONTENT "${table}\n" @ONLY)

list(SORT names)
list(TRANSFORM names REPLACE "(.+)" "BX_BUILTIN(\\1)")
list(JOIN names "\n" table)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/builtin/builtins.def CONTENT "${table}\n" @ONLY)
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/builtins.c PROPERTIES
    OBJECT_DEPENDS "${files}"
    INCLUDE_DIRECTORIES ${CMAKE_BINARY_DIR}/generated/builtin
    COMPILE_DEFINITIONS "BX_BUILTIN_DIR=\"${BX_BUILTIN_DIR}\";BX_BUILTIN_WASM_DIR=\"${BX_GUEST_DIR}/tools\";BX_BOX_WASM_DIR=\"${BX_GUEST_DIR}/programs\"")

# build/docs/programs/<x>.md: a page for each program, of what its --help says.
if(BX_GUESTS)
    add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/docs/programs/index.md
        COMMAND ${CMAKE_SOURCE_DIR}/scripts/program_pages.py $<TARGET_FILE:boxagnts_cli> ${CMAKE_BINARY_DIR}/docs/programs
        COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_BINARY_DIR}/docs/programs/index.md
        DEPENDS boxagnts_cli ${CMAKE_SOURCE_DIR}/scripts/program_pages.py
        COMMENT "pages of the programs" VERBATIM)
    add_custom_target(program_pages ALL DEPENDS ${CMAKE_BINARY_DIR}/docs/programs/index.md)
endif()
