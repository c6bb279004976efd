# Compiles a program that must be refused: one error, which holds the text behind "// Refused: ", names what is
# behind "// Named: ", and shows the line that ends in "// here".
#   cmake -DCOMPILER=... -DFLAGS=... -DINCLUDE=... -DPROGRAM=... -P check.cmake
file(READ ${PROGRAM} source)
string(REGEX MATCH "// Refused: ([^\n]*)" found "${source}")
set(expected "${CMAKE_MATCH_1}")
set(named "")
if(source MATCHES "// Named: ([^\n]*)")
  set(named "${CMAKE_MATCH_1}")
endif()
string(REGEX REPLACE "// here.*" "" before "${source}")
string(REGEX REPLACE "[^\n]" "" lines "${before}")
string(LENGTH "${lines}" line)
math(EXPR line "${line} + 1")

execute_process(COMMAND ${COMPILER} ${FLAGS} -fsyntax-only -I${INCLUDE} ${PROGRAM}
                OUTPUT_VARIABLE said ERROR_VARIABLE said RESULT_VARIABLE status)

function(complain why)
  message(FATAL_ERROR "${why}\n${said}")
endfunction()

string(FIND "${said}" "error: " first)
string(FIND "${said}" "error: " last REVERSE)
if(status EQUAL 0 OR first EQUAL -1)
  complain("It is not refused")
elseif(NOT first EQUAL last)
  complain("There is more than one error")
endif()
string(SUBSTRING "${said}" ${first} -1 error)
string(FIND "${error}" "\n" end)
string(SUBSTRING "${error}" 0 ${end} error)

function(expect text where what)
  string(FIND "${where}" "${text}" at)
  if(at EQUAL -1)
    complain("${what} is not: ${text}")
  endif()
endfunction()

cmake_path(GET PROGRAM FILENAME program)
expect("${expected}" "${error}" "What the error says")
expect("${named}" "${said}" "What is named")
expect("${program}:${line}:" "${said}" "Where it is")
