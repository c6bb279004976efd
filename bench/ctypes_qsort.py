# A whole program: qsort of C with a comparator of Python. Prints nanoseconds of processor time for one comparison.
import ctypes
import random
import time

libc = ctypes.CDLL(None)
number = ctypes.c_int
comparator = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(number), ctypes.POINTER(number))
random.seed(1)
numbers = [random.randrange(1 << 30) for _ in range(20000)]


def sort(compare):
    array = (number * len(numbers))(*numbers)
    start = time.process_time()
    libc.qsort(array, len(array), ctypes.sizeof(number), comparator(compare))
    taken = time.process_time() - start
    assert list(array) == sorted(numbers)
    return taken


count = 0


def counting(a, b):
    global count
    count += 1
    return a[0] - b[0]


sort(counting)
print(f"{min(sort(lambda a, b: a[0] - b[0]) for _ in range(5)) / count * 1e9:.1f}")
