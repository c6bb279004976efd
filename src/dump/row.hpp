// The rows of a dump.
#pragma once

#include "arch/rows.hpp"

#include <string>

namespace cbf::dump {

/// Appends to a text.
class text_rows final : public arch::rows {
  public:
    explicit text_rows(std::string &text) : text_(text) {}

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
    void append_name(const arch::row_name &name);

    std::string &text_;
};

} // namespace cbf::dump
