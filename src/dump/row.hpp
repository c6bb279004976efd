// The rows of a dump.
#pragma once

#include "arch/rows.hpp"

#include <string>

namespace cbf::dump {

/// Appends to a text.
class text_rows final : public arch::rows {
  public:
    /// color: the names of registers that carry arguments are in colour.
    text_rows(std::string &text, bool color) : text_(text), color_(color) {}

    void begin_qwords(const char *title) override;
    void begin_dwords(const char *title) override;
    void begin_extended(const char *title) override;
    void row(const arch::row_name &name, const cbf_qword &value) override;
    void row(const arch::row_name &name, const cbf_dword &value) override;
    void row(const arch::row_name &name, const std::string &hex, long double value) override;
    void begin_section() override;
    void rule() override;
    [[gnu::format(printf, 2, 3)]] void append(const char *format, ...) override;

  private:
    void begin_row(const arch::row_name &name);
    void end_row(const arch::row_name &name);

    std::string &text_;
    bool color_;
    std::size_t start_ = 0; // of the columns behind the name
};

} // namespace cbf::dump
