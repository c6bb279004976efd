# Debian has none of the peers for mingw-w64, and Google Benchmark only as source: see setup_benchmarks in `dev`.
find_package(benchmark REQUIRED)
set(peers)
