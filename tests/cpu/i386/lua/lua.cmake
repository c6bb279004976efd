# The files of tests for this CPU.
set(files_of_cpu ${cpu}/../x86/lua/registers_x86 ${cpu}/../x86/lua/failed_x86 ${cpu}/lua/registers_i386 ${cpu}/lua/values_i386)
