// GNU Scientific Library: integrates a lambda with captures.
#include <cbframe/cbframe.hpp>

#include <cmath>
#include <cstdio>
#include <gsl/gsl_integration.h>

int main() {
    const double frequency = 2;
    int evaluations = 0;
    const cbframe::callback integrand{[&](double x, void *) {
        evaluations++;
        return std::sin(frequency * x) * std::sin(frequency * x);
    }};

    gsl_function function{.function = integrand, .params = nullptr};
    double result = 0, error = 0;
    std::size_t count = 0;
    gsl_integration_qng(&function, 0, std::acos(-1.0), 1e-9, 0, &result, &error, &count);
    std::printf("%.6f, called as often as GSL says: %s\n", result,
                static_cast<std::size_t>(evaluations) == count ? "yes" : "no");
}
