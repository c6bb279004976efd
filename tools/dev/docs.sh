# shellcheck shell=bash
# ./dev docs

# docs [--screenshots]
docs() {
    check_words docs 1 --screenshots "$@"
    local site=build/site packages=(mkdocs mkdocs-material doxygen)
    [[ ${1:-} != --screenshots ]] || packages+=(chromium fonts-dejavu-core)
    require_lists
    install_packages "${packages[@]}"
    say "Building the site"
    rm -rf $site
    mkdir -p $site
    quietly docs doxygen tools/site/Doxyfile
    quietly docs /usr/bin/python3 tools/site/stage.py
    quietly docs mkdocs build --quiet --strict --config-file tools/site/mkdocs.yml
    /usr/bin/python3 tools/site/links.py $site/html
    if [[ ${1:-} == --screenshots ]]; then
        screenshots $site
    fi
    echo "build/site/html/index.html; with search: python3 -m http.server --directory build/site/html"
}

# screenshots SITE: of three pages, one of them dark.
screenshots() {
    local port server
    say "Taking pictures of it"
    exec {port}< <(exec /usr/bin/python3 -u -m http.server --bind 127.0.0.1 --directory "$1/html" 0 2>&1)
    server=$!
    read -r -u "$port" line
    [[ $line =~ port\ ([0-9]+) ]] || fail "no server: $line"
    screenshot "$1/index.png" "${BASH_REMATCH[1]}/index.html"
    screenshot "$1/recipes-dark.png" "${BASH_REMATCH[1]}/recipes.html" --force-dark-mode
    screenshot "$1/reference.png" "${BASH_REMATCH[1]}/reference/api-h.html"
    kill "$server"
}

# screenshot FILE PAGE OPTION...
screenshot() {
    quietly docs chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1280,1400 \
        "--screenshot=$1" "${@:3}" "http://127.0.0.1:$2"
    echo "$1"
}
