// Shared objects of a batch, loaded.
#pragma once

#include <string>

/// A folder for the files of one batch, removed with its contents.
class batch_folder {
  public:
    batch_folder();
    ~batch_folder();
    batch_folder(const batch_folder &) = delete;
    batch_folder &operator=(const batch_folder &) = delete;

    std::string file(const std::string &name) const { return path_ + '/' + name; }

  private:
    std::string path_;
};

/// The table of functions that a batch's source has.
class loaded_object {
  public:
    loaded_object() = default;
    ~loaded_object();
    loaded_object(const loaded_object &) = delete;
    loaded_object &operator=(const loaded_object &) = delete;

    /// Returns what went wrong, or nothing.
    std::string load(const std::string &file, const std::string &symbol);

    template <class T>
    T at(std::size_t index) const {
        const void *found = lookup_(static_cast<unsigned>(index));
        return reinterpret_cast<T>(const_cast<void *>(found));
    }

  private:
    void *library_ = nullptr;
    const void *(*lookup_)(unsigned) = nullptr;
};
