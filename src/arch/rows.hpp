// What a CPU shows its state by.
#pragma once

#include <cbframe/cbframe.h>

#include <cstdint>
#include <span>
#include <string>

namespace cbf::arch {

/// Width of the column of names. A longer name (a stack offset of nine digits) shifts its row to the
/// right; up to 15 characters the row keeps within 100 columns.
inline constexpr int name_width = 12;

/// The first column of a row.
struct row_name {
    std::string text;
    bool is_argument = false;    ///< the register carries an argument
    bool may_be_address = false; ///< what it points at is shown, if that is known
};

/// Bits first_bit ... first_bit + bits - 1 of a register, which have a name.
struct flag {
    const char *name;
    unsigned first_bit;
    unsigned bits;
    const char *meaning;
};

/// A register of flags.
struct flag_register {
    const char *name;
    const char *title;
    int hex_digits;
    std::uint64_t (*value)(const cbf_cpu &);
    std::span<const flag> flags;
};

/// Text in sections of rows: a name in the first column, then one value in several readings.
class rows {
  public:
    rows() = default;
    rows(const rows &) = delete;
    rows &operator=(const rows &) = delete;

    /// Begin a section of rows of a kind, and write the titles of its columns and a rule.
    virtual void begin_qwords(const char *title) = 0;
    virtual void begin_dwords(const char *title) = 0;
    virtual void begin_extended(const char *title) = 0;

    /// Write one row under the header of its kind. hex: of a number wider than 64 bits.
    virtual void row(const row_name &name, const cbf_qword &value) = 0;
    virtual void row(const row_name &name, const cbf_dword &value) = 0;
    virtual void row(const row_name &name, const std::string &hex, long double value) = 0;

    /// Writes a blank line, unless there is nothing before it.
    virtual void begin_section() = 0;

    /// Writes a line of dashes.
    virtual void rule() = 0;

    /// Writes what printf would write, at most 127 characters of it.
    [[gnu::format(printf, 2, 3)]] virtual void append(const char *format, ...) = 0;

  protected:
    ~rows() = default;
};

} // namespace cbf::arch
