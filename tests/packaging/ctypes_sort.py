"""Sorts numbers by a Python function that C calls, and says whether its address is one of cbframe's."""
import ctypes

numbers = (ctypes.c_int * 3)(40, 17, 2)
pointer = ctypes.POINTER(ctypes.c_int)
compare = ctypes.CFUNCTYPE(ctypes.c_int, pointer, pointer)(lambda a, b: a[0] - b[0])
ctypes.CDLL(None).qsort(numbers, len(numbers), ctypes.sizeof(ctypes.c_int), compare)

address = ctypes.cast(compare, ctypes.c_void_p).value
mappings = [line.split() for line in open("/proc/self/maps")]
names = [mapping[-1] for mapping in mappings
         if int(mapping[0].split("-")[0], 16) <= address < int(mapping[0].split("-")[1], 16)]
print(list(numbers), "cbframe" if "/libcbframe.so" in names[0] else "libffi")
