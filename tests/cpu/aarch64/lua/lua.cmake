# The files of tests for this CPU.
set(files_of_cpu ${cpu}/lua/registers_aarch64 ${cpu}/lua/values_aarch64)
