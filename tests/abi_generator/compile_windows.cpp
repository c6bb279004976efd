// DLLs. The compilers are programs of another system, and only that system can run them: where the command's words go
// to standard output, ../conformance/run-windows runs it and answers on standard input.
#include "target.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>

std::string run_command(const std::string &command) {
    std::cout << "run-command " << command << std::endl;
    int status = -1;
    std::size_t size = 0;
    std::cin >> status >> size;
    std::cin.get(); // the end of the line
    std::string output(size, ' ');
    std::cin.read(output.data(), static_cast<std::streamsize>(size));
    if (!std::cin) {
        std::cerr << "nobody runs: " << command << '\n';
        std::exit(1);
    }
    return status == 0 ? "" : command + "\n" + output;
}

std::string compile(const target &used, const std::string &source, const std::string &object) {
    const std::string c = object + ".c";
    std::ofstream(c) << source;
    return compile_and_link(
        std::string(used.command) + " -std=gnu11 -w -O1 -ffreestanding -fno-stack-protector -fno-strict-aliasing "
                                    "-fno-asynchronous-unwind-tables -mno-stack-arg-probe",
        used.bits == 64 ? "x86_64-w64-mingw32-gcc" : "i686-w64-mingw32-gcc",
        "-shared -nostdlib -Wl,-e,0 -Wl,--export-all-symbols -Wl,--defsym," + std::string(used.prefix) + "_fltused=0",
        c, object);
}
