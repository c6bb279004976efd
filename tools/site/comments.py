#!/usr/bin/env python3
"""Prints a header with the comments of its declarations as Doxygen wants them. C's headers have plain ones, for
LuaJIT reads them, too."""

import pathlib
import re
import sys

text = pathlib.Path(sys.argv[1]).read_text()
if sys.argv[1].endswith('.h'):
    # One that stands before a declaration; not one that stands alone, before an empty line.
    text = re.sub(r'^/\*(?! -)((?:(?!\*/).)*\*/)(?=\n[^\n#])', r'/**\1', text, flags=re.M | re.S)
    text = re.sub(r'^ \* (?=[A-Z_]{3}[A-Z_, ]*: )', ' *\n * ', text, flags=re.M)  # a status: a paragraph
    text = re.sub(r'([;,]|\b\d) +/\* ', r'\1 /**< ', text)
    text = re.sub(r'^(    )/\* ', r'\1/** ', text, flags=re.M)
sys.stdout.write(text)
