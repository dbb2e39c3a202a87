# `make install`: the program, the library with its header and pkg-config file, the built-in tools.
set(CMAKE_INSTALL_LIBDIR lib CACHE PATH "library directory below the prefix")
include(GNUInstallDirs)
if(TARGET boxagnts_cli)
    install(TARGETS boxagnts_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(TARGETS boxagnts ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${CMAKE_BINARY_DIR}/engine/libbx_engine.a DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES include/boxagnts.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} OPTIONAL)
configure_file(cmake/boxagnts.pc.in boxagnts.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/boxagnts.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(DIRECTORY ${CMAKE_BINARY_DIR}/tools/ DESTINATION ${CMAKE_INSTALL_DATADIR}/boxagnts/tools
    FILES_MATCHING PATTERN "*.wasm" PATTERN "*.tool.yaml")
install(DIRECTORY ${CMAKE_BINARY_DIR}/probes/ DESTINATION ${CMAKE_INSTALL_DATADIR}/boxagnts/probes    # for `boxagnts doctor`
    FILES_MATCHING PATTERN "*.wasm")
install(DIRECTORY ${CMAKE_BINARY_DIR}/docs/tools/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/tools FILES_MATCHING PATTERN "*.md")
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")    # what help and errors name
install(FILES README.md SECURITY.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
file(GLOB licences ${BX_SOURCES}/*/LICENSE)
foreach(licence IN LISTS licences)
    get_filename_component(folder ${licence} DIRECTORY)
    get_filename_component(folder ${folder} NAME)
    install(FILES ${licence} DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME LICENSE.${folder})
endforeach()
