# Applies the project's warning level to a target of ours.
function(cbframe_warnings target)
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:C,CXX>:-Wall;-Wextra;-Wconversion;-Wshadow;-Wpedantic>
    $<$<BOOL:${WIN32}>:-Wno-attributes> # COFF has no visibility
    $<$<AND:$<BOOL:${CBFRAME_WERROR}>,$<COMPILE_LANGUAGE:C,CXX>>:-Werror>)
endfunction()
