// Calls that may crash, run in child processes, or on Windows in threads.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

/// Runs call 0 to count - 1 in a child, and goes on in a new one behind a call that failed or crashed.
/// run: what is wrong with the call, empty if nothing is; an exception is. Called there only, as is begin,
/// before the first of its calls: what it returns is wrong with all of them. Returns what is wrong with each call.
std::vector<std::string> run_in_children(std::size_t count, const std::function<std::string()> &begin,
                                         const std::function<std::string(std::size_t)> &run);

/// What is wrong with one call, be it an exception: for the files of the systems.
std::string run_one(const std::function<std::string(std::size_t)> &run, std::size_t index);
