# What a shared library shows of itself: of ELF what the version script map names, of Mach-O what the list of symbols
# does. On Windows it is what is marked.
include(CheckLinkerFlag)

function(cbframe_exports target map list)
  if(cbframe_format STREQUAL "elf")
    target_link_options(${target} PRIVATE -Wl,--version-script=${map})
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${map})
  elseif(cbframe_format STREQUAL "macho")
    set(exports -Wl,-exported_symbols_list,${list})
    check_linker_flag(CXX ${exports} CBFRAME_HAS_EXPORTED_SYMBOLS_LIST) # Apple's has it, Zig's has not
    if(CBFRAME_HAS_EXPORTED_SYMBOLS_LIST)
      target_link_options(${target} PRIVATE ${exports})
    endif()
  endif()
endfunction()
