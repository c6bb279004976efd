#include "svg.hpp"

#include <cstdio>

namespace {

// As few digits as show it: the same on every machine.
std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.1f", value);
    std::string shown = text;
    if (shown.ends_with(".0"))
        shown.resize(shown.size() - 2);
    return shown;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char each : text) {
        if (each == '&')
            out += "&amp;";
        else if (each == '<')
            out += "&lt;";
        else if (each == '>')
            out += "&gt;";
        else if (each == '"')
            out += "&quot;";
        else if (static_cast<unsigned char>(each) < 0x20)
            out += ' ';
        else
            out += each;
    }
    return out;
}

bool begins_character(char each) { return (static_cast<unsigned char>(each) & 0xc0) != 0x80; }

// The first count characters of UTF-8, the last of them an ellipsis if there are more.
std::string cut(std::string_view text, std::size_t count) {
    std::size_t characters = 0, end = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!begins_character(text[i]))
            continue;
        if (++characters == count)
            end = i;
    }
    return characters <= count ? std::string(text) : std::string(text.substr(0, end)) + "…";
}

} // namespace

void svg::rectangle(std::string_view classes, double x, double y, double width, double height) {
    body_ += "<rect class=\"" + std::string(classes) + "\" x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" +
             number(width) + "\" height=\"" + number(height) + "\"/>\n";
}

void svg::text(std::string_view classes, double x, double y, std::string_view text, double room) {
    constexpr double letter = 6.7; // of the monospaced font at 11 pixels
    if (room < letter)
        return;
    body_ += "<text class=\"" + std::string(classes) + "\" x=\"" + number(x) + "\" y=\"" + number(y) + "\">" +
             escaped(cut(text, static_cast<std::size_t>(room / letter))) + "</text>\n";
}

std::string svg::document(double width, double height, std::string_view title, std::string_view style) const {
    const std::string size = number(width) + ' ' + number(height);
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size + "\" width=\"" + number(width) +
           "\" height=\"" + number(height) + "\" role=\"img\">\n<title>" + escaped(title) + "</title>\n<style>\n" +
           std::string(style) + "</style>\n" + body_ + "</svg>\n";
}
