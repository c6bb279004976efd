// JSON as it is written, from the outside in.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

class json {
  public:
    /// An object; write(json &) adds its members by member().
    template <std::invocable Write>
    void object(Write write) {
        block('{', '}', write);
    }

    /// An array; write adds its elements, each after element().
    template <std::invocable Write>
    void array(Write write) {
        block('[', ']', write);
    }

    /// Begins a member of an object: its value comes next.
    json &member(std::string_view name) {
        element();
        text(name);
        out_ += ": ";
        return *this;
    }

    /// Begins an element of an array: its value comes next.
    json &element() {
        out_ += is_first_ ? "\n" : ",\n";
        out_.append(2 * depth_, ' ');
        is_first_ = false;
        return *this;
    }

    void text(std::string_view value);
    void boolean(bool value) { out_ += value ? "true" : "false"; }
    void null() { out_ += "null"; }
    void number(std::size_t value) { out_ += std::to_string(value); }

    /// The whole document, with a line's end.
    std::string document() const { return out_ + '\n'; }

  private:
    template <class Write>
    void block(char begin, char end, Write write) {
        out_ += begin;
        ++depth_;
        is_first_ = true;
        write();
        --depth_;
        if (!is_first_) {
            out_ += '\n';
            out_.append(2 * depth_, ' ');
        }
        out_ += end;
        is_first_ = false;
    }

    std::string out_;
    std::size_t depth_ = 0;
    bool is_first_ = true;
};
