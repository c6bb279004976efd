/* Marks what the library's users may link to. On Windows, who links the static library defines CBF_STATIC, as the
 * CMake target cbframe::static does. */
#ifndef CBFRAME_EXPORT_H
#define CBFRAME_EXPORT_H

#if defined(_WIN32)
#if defined(CBF_STATIC)
#define CBF_API
#elif defined(CBF_BUILDS_DLL)
#define CBF_API __declspec(dllexport)
#else
#define CBF_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define CBF_API __attribute__((visibility("default")))
#else
#define CBF_API
#endif

#endif
