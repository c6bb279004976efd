// The text of an SVG.
#pragma once

#include <string>
#include <string_view>

class svg {
  public:
    /// classes: as the style sheet has them.
    void rectangle(std::string_view classes, double x, double y, double width, double height);

    /// y: of the line that letters stand on. Cut to what has room in so many pixels.
    void text(std::string_view classes, double x, double y, std::string_view text, double room);

    /// On top of what there is.
    void append(const svg &other) { body_ += other.body_; }

    /// The whole document.
    std::string document(double width, double height, std::string_view title, std::string_view style) const;

  private:
    std::string body_;
};
