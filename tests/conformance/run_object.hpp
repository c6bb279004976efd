// What is the same against every opponent: a shared object of a batch's calling side, and its calls in children.
#pragma once

#include "batch.hpp"
#include "object.hpp"

#include <functional>
#include <string>
#include <vector>

/// How the calls of a batch are run.
struct object_run {
    /// Compiles the shared object into a file. Returns what went wrong, or nothing.
    std::function<std::string(const std::string &file)> build;
    /// The name of its table of functions.
    std::string table;
    /// Is called in each child before its first call. Returns what went wrong, or nothing.
    std::function<std::string()> begin = [] { return std::string(); };
    /// What is wrong with a call, empty if nothing is.
    std::function<std::string(const loaded_object &object, std::size_t index)> check;
};

/// Returns what is wrong with each call.
std::vector<std::string> run_object(std::size_t count, const object_run &how);

/// Has the caller of a call, at 2 * index, call a function with these arguments, copies of which it gets. Returns what
/// is wrong with the result that comes back, or nothing.
std::string call_and_compare(const loaded_object &object, std::size_t index, const call_values &values, void *function);
