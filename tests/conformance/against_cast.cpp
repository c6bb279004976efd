// Casts: a Lua function, called with its arguments as LuaJIT has them. What is checked there is in cast.lua.
#include "batch.hpp"
#include "callers.hpp"
#include "host.hpp"
#include "run_object.hpp"

#include <cbframe/abi.hpp>
#include <cbframe/closure.hpp>

#include <lua.hpp>

#include <algorithm>
#include <memory>

using namespace cbframe;

namespace {

void push(lua_State *lua, const bytes &pushed) {
    lua_pushlstring(lua, reinterpret_cast<const char *>(pushed.data()), pushed.size());
}

void set(lua_State *lua, const char *name, const std::string &value) {
    lua_pushlstring(lua, value.data(), value.size());
    lua_setfield(lua, -2, name);
}

// {type = 't0_a0', value = …, mask = …}
void push(lua_State *lua, const std::string &type, const sample &value) {
    lua_createtable(lua, 0, 3);
    set(lua, "type", type);
    push(lua, value.value);
    lua_setfield(lua, -2, "value");
    push(lua, value.mask);
    lua_setfield(lua, -2, "mask");
}

void push(lua_State *lua, const std::vector<std::string> &types, const std::vector<sample> &values, std::size_t first) {
    lua_createtable(lua, static_cast<int>(types.size()), 0);
    for (std::size_t i = 0; i < types.size(); i++) {
        push(lua, types[i], values[first + i]);
        lua_rawseti(lua, -2, static_cast<int>(i + 1));
    }
}

// Calls a caller for Lua.
void call_and_clean_up(void *caller, unsigned char **in, unsigned char *out, void *called) {
    reinterpret_cast<void (*)(unsigned char **, unsigned char *, void *)>(caller)(in, out, called);
    clean_up_after_call();
}

std::string function_type(const spelled_call &call) {
    std::string parameters;
    for (const std::string &type : call.parameters)
        parameters.append(parameters.empty() ? "" : ", ").append(type);
    if (call.is_variadic)
        parameters += ", ...";
    return call.result + " (*)(" + parameters + ')';
}

class lua_checker {
  public:
    // Returns what went wrong, or nothing.
    std::string begin() {
        static_cast<void>(state_.release()); // what a crash on another thread left of it cannot be closed
        state_.reset(luaL_newstate());
        luaL_openlibs(state_.get());
        const std::string path = std::string("package.path = '") + CBFRAME_LUA + "/?.lua;' .. package.path";
        if (luaL_dostring(state_.get(), path.c_str()) != 0 || luaL_loadfile(state_.get(), CBFRAME_CAST_SCRIPT) != 0 ||
            lua_pcall(state_.get(), 0, 1, 0) != 0)
            return lua_tostring(state_.get(), -1);
        return "";
    }

    std::string check(const batch &ran, std::size_t index, void *caller, unsigned round) {
        lua_State *const lua = state_.get();
        const call_case &call = ran.calls[index];
        const call_values values = values_of(*ran.used->model, call, ran.seed + round);
        const std::string prefix = 'r' + std::to_string(round) + 't' + std::to_string(index) + '_';
        definitions types(*ran.used, prefix);
        const spelled_call names = spell_by_name(types, call, prefix);
        lua_pushvalue(lua, -1);
        lua_createtable(lua, 0, 9);
        set(lua, "definitions", types.text);
        set(lua, "type", function_type(names));
        set(lua, "convention", std::string(ran.used->name));
        lua_pushlightuserdata(lua, reinterpret_cast<void *>(&call_and_clean_up));
        lua_setfield(lua, -2, "call");
        lua_pushlightuserdata(lua, caller);
        lua_setfield(lua, -2, "caller");
        push(lua, names.parameters, values.arguments, 0);
        lua_setfield(lua, -2, "arguments");
        push(lua, names.variadic, values.arguments, names.parameters.size());
        lua_setfield(lua, -2, "variadic");
        if (names.result != "void") {
            push(lua, names.result, values.result);
            lua_setfield(lua, -2, "result");
        }
        const bool is_called = lua_pcall(lua, 1, 1, 0) == 0;
        const char *const said = lua_tostring(lua, -1);
        const std::string error = is_called ? said : std::string("Lua: ") + (said == nullptr ? "no message" : said);
        lua_pop(lua, 1);
        return error;
    }

  private:
    struct closer {
        void operator()(lua_State *state) const { lua_close(state); }
    };
    std::unique_ptr<lua_State, closer> state_;
};

std::string check_call(lua_checker &lua, const batch &ran, const loaded_object &object, std::size_t index) {
    constexpr unsigned rounds = 2;
    std::string error;
    for (unsigned round = 0; round < rounds && error.empty(); round++)
        error = lua.check(ran, index, object.at<void *>(2 * index), round);
    return error;
}

std::vector<std::string> run(const batch &ran) {
    lua_checker lua;
    return run_object(
        ran.calls.size(),
        {.build = [&](const std::string &file) { return compile(*ran.used, callers_of(*ran.used, ran.calls), file); },
         .table = "lookup",
         .begin = [&] { return lua.begin(); },
         .check = [&](const loaded_object &object, std::size_t index) { return check_call(lua, ran, object, index); }});
}

// ---------------------------------------------------------------- what LuaJIT knows

bool is_int128(const type &type) {
    return type.kind() == type_kind::int128 || type.kind() == type_kind::unsigned_int128;
}

bool is_known_to_luajit(const type &type);

bool is_wide_vector(const type &type) {
    constexpr std::size_t largest_aligned = 16; // by LuaJIT
    if (type.kind() == type_kind::array)
        return is_wide_vector(type.element());
    return type.kind() == type_kind::vector && abi::size_of(*native_convention().model, type) > largest_aligned;
}

// LuaJIT aligns it to 8 on Windows, C to 4.
bool is_long_double_of_12_bytes(const type &type) {
    if (type.kind() == type_kind::array)
        return is_long_double_of_12_bytes(type.element());
    return type.kind() == type_kind::long_double && abi::size_of(*native_convention().model, type) == 12;
}

// LuaJIT lays out a bit-field, a vector of 32 or 64 bytes or a field with attributes of its own in other ways than gcc.
bool is_known_field(const field &member) {
    return !member.bits && member.alignment == 0 && !member.packed && !is_wide_vector(member.type) &&
           !is_long_double_of_12_bytes(member.type) && is_known_to_luajit(member.type);
}

bool is_unknown_complex(const type &type) {
    return type.kind() == type_kind::complex && type.element().kind() != type_kind::float_ &&
           type.element().kind() != type_kind::double_;
}

bool is_known_to_luajit(const type &type) {
    if (is_int128(type) || is_unknown_complex(type))
        return false;
    // Of an array it knows the size, and so not how many elements without any there are.
    if (type.kind() == type_kind::array)
        return type.count() && abi::size_of(*native_convention().model, type.element()) != 0 &&
               is_known_to_luajit(type.element());
    // LuaJIT lets an attribute lower the alignment of a record.
    const std::size_t alignment = type.attributes().alignment;
    if (alignment != 0 && alignment < abi::alignment_of(*native_convention().model, type))
        return false;
    return std::ranges::all_of(type.fields(), is_known_field);
}

// Whether an attribute asks for no more than the fields do: LuaJIT does not keep it, but MSVC's calls depend on it.
bool has_idle_attribute(const abi::data_model &theirs, const type &type) {
    const std::size_t alignment = type.attributes().alignment;
    return alignment != 0 && std::ranges::any_of(type.fields(), [&](const field &member) {
               return abi::alignment_of(theirs, member.type) >= alignment;
           });
}

// Where a compiler makes calls of another system: LuaJIT knows the types of this one.
bool is_the_same(const abi::data_model &theirs, const type &type) {
    const abi::data_model &ours = *native_convention().model;
    if (&theirs == &ours || type.kind() == type_kind::void_)
        return true;
    if (type.kind() == type_kind::array && !is_the_same(theirs, type.element()))
        return false;
    if (type.is_record() &&
        (has_idle_attribute(theirs, type) || abi::layout_of(theirs, type).fields != abi::layout_of(ours, type).fields))
        return false;
    return abi::size_of(theirs, type) == abi::size_of(ours, type) &&
           abi::alignment_of(theirs, type) == abi::alignment_of(ours, type) &&
           std::ranges::all_of(type.fields(), [&](const field &member) { return is_the_same(theirs, member.type); });
}

bool can(const target &used, const call_case &call) {
    const auto all = [&](auto is) {
        return is(call.signature.result) && std::ranges::all_of(call.signature.parameters, is) &&
               std::ranges::all_of(call.variadic, is);
    };
    return all(is_known_to_luajit) && all([&](const type &each) { return is_the_same(*used.model, each); });
}

} // namespace

const opponent cast_opponent{"cast", nullptr, can, run};
