#pragma once

#include <gtest/gtest.h>

#include <type_traits>

#include <signal.h>

// A signal handler for the life of the object.
class signal_handler {
  public:
    template <class Handler>
    signal_handler(int number, Handler *handler, int flags = 0) : number_(number) {
        struct sigaction action = {};
        if constexpr (std::is_same_v<Handler, void(int)>)
            action.sa_handler = handler;
        else
            action.sa_sigaction = handler;
        action.sa_flags = flags;
        EXPECT_EQ(sigaction(number, &action, &before_), 0);
    }
    signal_handler(const signal_handler &) = delete;
    signal_handler &operator=(const signal_handler &) = delete;
    ~signal_handler() { sigaction(number_, &before_, nullptr); }

  private:
    int number_;
    struct sigaction before_ = {};
};
