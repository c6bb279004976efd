# What `cmake --install` puts where, and how find_package and pkg-config find it again. Every path
# in the package files is relative to the file itself: an installed tree may be moved. Components are the packages of
# packages.cmake; who names none gets all.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/cbframe)

install(TARGETS ${cbframe_libraries} EXPORT cbframeTargets
  RUNTIME COMPONENT library
  LIBRARY COMPONENT library NAMELINK_COMPONENT development
  ARCHIVE COMPONENT development)
install(DIRECTORY include/cbframe DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(EXPORT cbframeTargets NAMESPACE cbframe:: DESTINATION ${package_dir} COMPONENT development)

configure_package_config_file(cmake/cbframeConfig.cmake.in ${PROJECT_BINARY_DIR}/cbframeConfig.cmake
  INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may break its users.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cbframeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cbframeConfig.cmake ${PROJECT_BINARY_DIR}/cbframeConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT development)

file(RELATIVE_PATH pc_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
file(RELATIVE_PATH pc_libdir ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_LIBDIR})
file(RELATIVE_PATH pc_includedir ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
list(TRANSFORM cbframe_cxx_runtime PREPEND " -l" OUTPUT_VARIABLE pc_libs_private)
string(CONCAT pc_libs_private ${pc_libs_private})
set(pc_cflags_private " -DCBF_STATIC")
if(NOT cbframe IN_LIST cbframe_libraries) # all users are those of the static library
  set(pc_libs ${pc_libs_private})
  set(pc_cflags ${pc_cflags_private})
endif()
configure_file(cmake/cbframe.pc.in ${PROJECT_BINARY_DIR}/cbframe.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/cbframe.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)

# As they lie here, so that links among them lead somewhere.
install(FILES LICENSE README.md CHANGELOG.md SECURITY.md CONTRIBUTING.md DESTINATION ${CMAKE_INSTALL_DOCDIR}
  COMPONENT development)
install(DIRECTORY docs packaging DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT development)
