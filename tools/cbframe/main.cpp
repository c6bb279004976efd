// The command cbframe: see cbframe.1. Exit status 0: done; 1: it could not be; 2: not understood.
#include "check.hpp"
#include "convention_list.hpp"
#include "declaration.hpp"
#include "layout_by.hpp"
#include "layout_json.hpp"
#include "nearest.hpp"
#include "picture.hpp"
#include "table.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <span>

namespace {

constexpr int failed = 1, misused = 2;

// Words that are no options or names of anything.
class misuse : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct layout_options {
    declaration_source source;
    std::vector<std::string> conventions;
    std::vector<std::string> compared;
    std::string picture;
    bool json = false;
};

const cbframe::abi::convention &find_convention(const std::string &name) {
    const auto *const found = cbframe::abi::find_convention(name);
    if (found == nullptr)
        throw misuse("there is no convention '" + name + "'" + suggestion(name, convention_names()) +
                     " See cbframe conventions");
    return *found;
}

std::vector<const cbframe::abi::convention *> chosen(const layout_options &options) {
    std::vector<const cbframe::abi::convention *> all;
    const auto &names = options.compared.empty() ? options.conventions : options.compared;
    for (const std::string &each : names) {
        if (each == "all")
            return cbframe::abi::conventions();
        all.push_back(&find_convention(each));
    }
    return all;
}

void write_file(const std::string &path, const std::string &text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file)
        throw std::runtime_error(path + " cannot be written: " + std::strerror(errno));
}

void print(const std::string &text) { std::fwrite(text.data(), 1, text.size(), stdout); }

int show_layout(const layout_options &options) {
    auto conventions = chosen(options); // before clang has work
    const declaration subject(options.source);
    if (conventions.empty())
        conventions.push_back(subject.convention);
    std::vector<layout_by> all;
    for (const auto *each : conventions)
        all.emplace_back(subject, *each);
    if (std::ranges::none_of(all, [](const layout_by &each) { return each.layout.has_value(); }))
        throw std::runtime_error(std::string("by ") + all.front().convention->name + ": " + all.front().why_not);

    if (!options.picture.empty())
        write_file(options.picture, picture_of(subject, all));
    if (options.json) {
        print(json_of(subject, all));
        return 0;
    }
    print(subject.spelling + "\n\n");
    if (!options.compared.empty()) {
        print(comparison_of(subject, all));
        return 0;
    }
    for (const layout_by &each : all)
        print(table_of(subject, each) + (&each != &all.back() ? "\n" : ""));
    return 0;
}

int list_conventions(bool json, bool names_only) {
    if (names_only) {
        for (const std::string &each : convention_names())
            print(each + '\n');
        return 0;
    }
    print(json ? convention_json() : convention_table());
    return 0;
}

int show_check(bool json) {
    const check_report report = check();
    print(json ? json_of(report) : text_of(report));
    return report.all_run ? 0 : failed;
}

void add_layout(CLI::App &app, layout_options &options) {
    CLI::App &layout = *app.add_subcommand("layout", "print where each argument of a C function and its result live");
    layout
        .add_option("declaration", options.source.text,
                    "a function, a pointer to one, or a name that a header declares; declarations that it needs come "
                    "before it, each with a semicolon")
        ->required()
        ->type_name("DECLARATION");
    layout
        .add_option("-c,--convention", options.conventions,
                    "the convention to use, or all; may be repeated; default: that of C on the target system")
        ->type_name("NAME|all")
        ->take_all()
        ->expected(1);
    layout.add_option("--compare", options.compared, "show two conventions side by side, and mark where they differ")
        ->type_name("NAME NAME")
        ->expected(2)
        ->excludes("--convention");
    layout.add_option("--variadic", options.source.variadic, "types of the arguments that a call passes for the ...")
        ->type_name("TYPE,...");
    layout.add_option("-i,--header", options.source.headers, "a header to read first; may be repeated")
        ->type_name("FILE")
        ->take_all()
        ->expected(1);
    layout.add_option("--svg", options.picture, "also write a picture")->type_name("FILE");
    layout.add_flag("--json", options.json, "print JSON");
    layout.footer(
        "Options for clang, such as -I FOLDER, -D NAME or -target NAME, follow after --.\n\n"
        "Examples:\n"
        "cbframe layout 'double (*)(int, double)'\n"
        "cbframe layout 'struct point { double x, y; }; struct point f(void *, struct point)' --convention all\n"
        "cbframe layout qsort --header stdlib.h --compare sysv_x64 ms_x64 --svg qsort.svg");
}

void add_all_options(const CLI::App &app, std::vector<std::string> &names) {
    for (const CLI::Option *each : app.get_options({}))
        for (const std::string &name : each->get_lnames())
            names.push_back("--" + name);
}

// What is said of words that CLI11 does not take.
std::string explanation(const CLI::App &app, const CLI::ParseError &error) {
    const auto used = app.get_subcommands();
    const CLI::App &command = used.empty() ? app : *used.front();
    std::vector<std::string> candidates;
    add_all_options(command, candidates);
    if (used.empty())
        for (const CLI::App *each : app.get_subcommands({}))
            candidates.push_back(each->get_name());
    const std::vector<std::string> unknown = app.remaining(true);
    const std::string text =
        unknown.empty() ? error.what() + std::string(".")
                        : "unknown argument '" + unknown.front() + "'" + suggestion(unknown.front(), candidates);
    return text + " See cbframe " + (used.empty() ? "" : command.get_name() + ' ') + "--help";
}

int run(int count, char **words) {
    CLI::App app("Shows where calling conventions put arguments, and checks what this system allows callbacks to do.",
                 "cbframe");
    app.set_version_flag("--version", std::string("cbframe ") + cbf_version());
    app.require_subcommand(1);
    layout_options options;
    bool json = false, names_only = false;
    add_layout(app, options);
    CLI::App &conventions = *app.add_subcommand("conventions", "list the calling conventions");
    conventions.add_flag("--json", json, "print JSON");
    conventions.add_flag("--names", names_only, "print the names alone");
    CLI::App &checking = *app.add_subcommand("check", "check what this system allows, and run a callback of each kind");
    checking.add_flag("--json", json, "print JSON");

    const auto end = std::find_if(words, words + count, [](const char *each) { return std::strcmp(each, "--") == 0; });
    if (end != words + count)
        options.source.clang_options.assign(end + 1, words + count);
    try {
        app.parse(static_cast<int>(end - words), words);
    } catch (const CLI::ParseError &error) {
        if (error.get_exit_code() == 0)
            return app.exit(error);
        throw misuse(explanation(app, error));
    }
    if (app.got_subcommand("layout"))
        return show_layout(options);
    if (!options.source.clang_options.empty())
        throw misuse("only cbframe layout takes options for clang");
    return app.got_subcommand("check") ? show_check(json) : list_conventions(json, names_only);
}

} // namespace

int main(int count, char **words) {
    try {
        const int status = run(count, words);
        if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
            throw std::runtime_error(std::string("the output cannot be written: ") + std::strerror(errno));
        return status;
    } catch (const misuse &why) {
        std::fprintf(stderr, "cbframe: %s\n", why.what());
        return misused;
    } catch (const declaration_error &why) {
        std::fprintf(stderr, "cbframe: no layout:\n%s\n", why.what());
        return failed;
    } catch (const std::exception &why) {
        std::fprintf(stderr, "cbframe: %s\n", why.what());
        return failed;
    }
}
