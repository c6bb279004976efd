// libcurl: what it reads and what it says of itself go to two lambdas.
// usage: curl FILE
#include <cbframe/cbframe.hpp>

#include <cstdio>
#include <curl/curl.h>
#include <string>

int main(int count, char **arguments) {
    if (count != 2)
        return 2;
    CURL *const transfer = curl_easy_init();
    if (transfer == nullptr)
        return 1;

    std::string body, log;
    const cbframe::callback write{[&](char *data, std::size_t size, std::size_t number, void *) {
        body.append(data, size * number);
        return size * number;
    }};
    const cbframe::callback debug{[&](CURL *, curl_infotype type, char *text, std::size_t size, void *) {
        if (type == CURLINFO_TEXT)
            log.append(text, size);
        return 0;
    }};

    // curl_easy_setopt is variadic: nothing converts what follows the option, so name the pointer.
    curl_easy_setopt(transfer, CURLOPT_WRITEFUNCTION, write.get());
    curl_easy_setopt(transfer, CURLOPT_DEBUGFUNCTION, debug.get());
    curl_easy_setopt(transfer, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(transfer, CURLOPT_URL, ("file://" + std::string(arguments[1])).c_str());
    const CURLcode result = curl_easy_perform(transfer);
    curl_easy_cleanup(transfer);

    std::printf("%s: %zu bytes; libcurl said something: %s\n", curl_easy_strerror(result), body.size(),
                log.empty() ? "no" : "yes");
    std::printf("first line: %s\n", body.substr(0, body.find('\n')).c_str());
}
