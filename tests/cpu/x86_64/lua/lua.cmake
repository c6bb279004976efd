# The files of tests for this CPU.
set(files_of_cpu ${cpu}/../x86/lua/registers_x86 ${cpu}/../x86/lua/failed_x86 ${cpu}/lua/registers_x86_64 ${cpu}/lua/values_x86_64_${cbframe_convention})
