#!/usr/bin/env python3
"""Makes the pictures of the documentation, and the page of speed, from docs/speed/*.json.

usage: docs/pictures/make.py [--check]

--check: writes nothing, and exits with 1 if a file is not what this script would write.
"""

import json
import pathlib
import sys
from html import escape

docs = pathlib.Path(__file__).resolve().parent.parent

STYLE = """
    .card { fill: #ffffff; stroke: #d0d7de; }
    .box { fill: #f3f6fa; stroke: #8c959f; }
    .ours { fill: #dbe9ff; stroke: #0550ae; }
    .data { fill: #ffe3bd; stroke: #9a6700; }
    .yours { fill: #cdf3d4; stroke: #1a7f37; }
    .bar { fill: #8c959f; }
    .bar.mine { fill: #0969da; }
    .line { fill: none; stroke: #57606a; stroke-width: 1.6; }
    .back { fill: none; stroke: #57606a; stroke-width: 1.6; stroke-dasharray: 5 4; }
    .head { fill: #57606a; }
    text { font: 14px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #1f2328; }
    .name { font-weight: 600; font-size: 16px; }
    .small { font-size: 12.5px; fill: #57606a; }
    .code { white-space: pre; font: 13px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
    @media (prefers-color-scheme: dark) {
      .card { fill: #0d1117; stroke: #30363d; }
      .box { fill: #161b22; stroke: #6e7681; }
      .ours { fill: #12243d; stroke: #58a6ff; }
      .data { fill: #3d2a0f; stroke: #d29922; }
      .yours { fill: #12321c; stroke: #3fb950; }
      .bar { fill: #6e7681; }
      .bar.mine { fill: #388bfd; }
      .line, .back { stroke: #8b949e; }
      .head { fill: #8b949e; }
      text { fill: #e6edf3; }
      .small { fill: #8b949e; }
    }"""

ROW = 28  # the height of a row of memory


class Picture:
    """An SVG, on a card of its own, so that it can be read on any page."""

    def __init__(self, width, height, title):
        self.lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
            f'  <title>{escape(title)}</title>',
            f'  <style>{STYLE}\n  </style>',
            f'  <rect class="card" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>',
        ]

    def text(self, x, y, text, kind='', anchor='start'):
        self.lines.append(f'  <text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>')

    def box(self, x, y, width, height, kind, rows):
        """rows: pairs of a class and a text, one under the other."""
        self.lines.append(f'  <rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6"/>')
        first = y + height / 2 - 10 * len(rows) + 14.5
        for i, (style, text) in enumerate(rows):
            self.text(x + width / 2, first + 20 * i, text, style, 'middle')

    def path(self, path, kind):
        self.lines.append(f'  <path class="{kind}" d="{path}"/>')

    def arrow(self, x, y, path, kind='line', way=1):
        """A path that ends, level, at x, y; way: 1 to the right, -1 to the left."""
        self.path(f'{path} L {x - 7 * way:g} {y:g}', kind)
        self.path(f'M {x:g} {y:g} l {-9 * way} -5 v 10 z', 'head')

    def arrow_up(self, x, y, path):
        """A path that ends upwards, at x, y."""
        self.path(f'{path} L {x:g} {y + 7:g}', 'line')
        self.path(f'M {x:g} {y:g} l -5 9 h 10 z', 'head')

    def row(self, x, y, width, kind, cells):
        """A row of memory. cells: pairs of a distance from the left and a text."""
        self.lines.append(f'  <rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{ROW}"/>')
        for distance, text in cells:
            if text:
                self.text(x + 10 + distance, y + 19, text, 'code')

    def __str__(self):
        return '\n'.join(self.lines + ['</svg>', ''])


def call():
    picture = Picture(900, 350, 'A call of a function pointer that cbframe made')
    picture.box(24, 125, 176, 100, 'box', [('name', 'caller'), ('small', 'any machine code:'), ('code', 'less(a, b)')])
    picture.box(290, 125, 176, 100, 'ours',
                [('name', 'slot'), ('small', '16 bytes of code; its'), ('small', 'address is the pointer')])
    picture.arrow(290, 160, 'M 200 160')
    picture.text(245, 150, 'calls', 'small', 'middle')
    picture.arrow(200, 195, 'M 290 195', 'back', -1)
    picture.text(245, 214, 'returns', 'small', 'middle')
    kinds = [
        ('callback', '[&](const void *a, const void *b)', 'signature known at compile time: C++',
         'one more', 'argument'),
        ('closure', 'handler(arguments)', 'signature known at run time: C, C++, Lua', 'argument', 'registers'),
        ('frame', 'handler(cpu)', 'no signature: any convention', 'all registers,', 'in and out'),
    ]
    for i, (name, code, what, first, second) in enumerate(kinds):
        middle = 67 + 108 * i
        picture.box(586, middle - 43, 292, 86, 'ours', [('name', name), ('code', code), ('small', what)])
        picture.arrow(586, middle, f'M 466 175 C 500 175 480 {middle} 510 {middle}')
        picture.text(544, middle - 24, first, 'small', 'middle')
        picture.text(544, middle - 9, second, 'small', 'middle')
    return str(picture)


def way():
    title = 'A call travels from the caller through slot, tail and entry to the handler, and back from the entry'
    picture = Picture(900, 150, title)
    steps = [
        ('box', 'caller', 'any code'), ('ours', 'slot', 'one each callback'), ('ours', 'tail', 'one each page'),
        ('ours', 'entry', 'saves, restores'), ('yours', 'handler', 'yours'),
    ]
    for i, (kind, name, what) in enumerate(steps):
        picture.box(24 + 181 * i, 24, 128, 64, kind, [('name', name), ('small', what)])
        if i > 0:
            picture.arrow(24 + 181 * i, 56, f'M {152 + 181 * (i - 1)} 56')
    picture.arrow_up(641, 88, 'M 812 88 V 116 H 641')
    picture.arrow_up(88, 88, 'M 621 88 V 116 H 88')
    picture.text(354, 136, 'ret', 'small', 'middle')
    return str(picture)


def pages():
    title = 'A page of code with 255 slots and their tail; at a fixed distance a page of records with the same places'
    picture = Picture(900, 306, title)
    left, right, width, top = 24, 516, 360, 46
    rows = [
        ('slot 0', 'endbr64; push $0;  jmp tail', 'record 0', 'handler, user'),
        ('slot 1', 'endbr64; push $16; jmp tail', 'record 1', 'handler, user'),
        ('⋮', '', '⋮', ''),
        ('slot 254', '', 'record 254', ''),
        ('tail', 'push page(%rip)', 'page', "the page's own address"),
        ('', 'jmp *entry(%rip)', 'entry', 'where to go on'),
    ]
    picture.text(left, 33, 'page of code: read, execute', 'name')
    picture.text(right, 33, 'page of records: read, write', 'name')
    for i, (code, instructions, record, words) in enumerate(rows):
        picture.row(left, top + ROW * i, width, 'ours', [(0, code), (92, instructions)])
        picture.row(right, top + ROW * i, width, 'data', [(0, record), (110, words)])
    for row in (0, 4):
        picture.arrow(right, top + ROW * row + ROW / 2, f'M {left + width} {top + ROW * row + ROW / 2}')
    middle = (left + width + right) / 2
    picture.text(middle, 108, 'a fixed', 'small', 'middle')
    picture.text(middle, 125, 'distance', 'small', 'middle')
    below = top + ROW * len(rows)
    picture.text(left, below + 24, 'the same on every page, never written', 'small')
    picture.text(right, below + 24, 'private: after a fork there are two', 'small')
    picture.text(left, below + 50, 'built into the library, mapped from its file, or', 'small')
    picture.text(left, below + 67, 'written once and sealed', 'small')
    return str(picture)


def stack(title, rows):
    """A stack as a column. Rows: a class, what is there, what is said of it beside, whether an arrow comes from that."""
    left, width, top = 24, 300, 46
    picture = Picture(700, top + ROW * len(rows) + 20, title)
    picture.text(left, 33, 'higher addresses', 'small')
    for i, (kind, what, beside, points) in enumerate(rows):
        y = top + ROW * i
        picture.row(left, y, width, kind, [(0, what)])
        if points:
            picture.arrow(left + width + 4, y + ROW / 2, f'M {left + width + 48} {y + ROW / 2}', way=-1)
        picture.text(left + width + (56 if points else 14), y + 19, beside, 'small')
    return str(picture)


def closure():
    return stack("The stack in a closure's handler", [
        ('box', 'arguments on the stack', "the caller's", False),
        ('box', 'return address', "the caller's", False),
        ('data', 'vector registers', '8 bytes each, 16, or 64: as the signature needs', False),
        ('data', 'RDI RSI RDX RCX R8 R9', "of Microsoft's convention: in the caller's home space", False),
        ('data', 'XMM0 of the result', '', False),
        ('data', 'RAX, RDX of the result', 'zero at first', False),
        ('yours', 'state', "the handler's arguments", True),
    ])


def frame():
    return stack("The stack in a frame's handler", [
        ('box', 'return address', 'cpu.RSP', True),
        ('ours', 'offset, page', 'pushed by slot and tail', False),
        ('data', 'RFLAGS, RBP', 'pushed by the entry', False),
        ('box', 'alignment to 64', '', False),
        ('data', 'cbf_wide', 'level all only', False),
        ('yours', 'cbf_cpu', 'what the handler gets', True),
    ])


# What the chart compares: a title, and rows of a name, the row of the JSON and which of its two numbers.
CHART = [
    ('a call, int (int, int)', [
        ('direct pointer to a C function', 'call: callback int(int, int) ÷ plain indirect call', 'peer'),
        ('callback', 'call: callback int(int, int) ÷ plain indirect call', 'ours'),
        ('closure', 'call: closure int(int, int) ÷ libffi closure', 'ours'),
        ('libffcall callback', 'call: closure int(int, int) ÷ libffcall callback', 'peer'),
        ('libffi closure', 'call: closure int(int, int) ÷ libffi closure', 'peer'),
        ('frame, with the whole CPU', 'call: frame ÷ libffi closure, int(int, int)', 'ours'),
    ]),
    ('a call, P (void *, void *, void *, P), P a struct of two doubles', [
        ('closure', 'call: closure P(p, p, p, P), P two doubles ÷ libffi', 'ours'),
        ('libffi closure', 'call: closure P(p, p, p, P), P two doubles ÷ libffi', 'peer'),
    ]),
    ('a call of a Lua function, int (int)', [
        ('cbframe.cast', 'Lua call: cast, int(int) ÷ LuaJIT int(int)', 'ours'),
        ("LuaJIT's own callback", 'Lua call: cast, int(int) ÷ LuaJIT int(int)', 'peer'),
    ]),
    ('to make and free one, in C', [
        ('frame', 'make + free: frame ÷ libffcall', 'ours'),
        ('closure', 'make + free: C closure ÷ libffi', 'ours'),
        ('libffcall callback', 'make + free: frame ÷ libffcall', 'peer'),
        ('libffi closure', 'make + free: C closure ÷ libffi', 'peer'),
    ]),
]


def run_of(path):
    run = json.loads(path.read_text())
    run['rows'] = {row['work']: row for row in run['rows']}
    return run


def chart(run):
    rows = sum(len(rows) for _, rows in CHART)
    picture = Picture(900, 76 + 24 * rows + 40 * len(CHART), 'Nanoseconds of cbframe and of others')
    top = 24
    for title, rows in CHART:
        picture.text(24, top + 12, title, 'name')
        top += 24
        longest = max(run['rows'][work][whose] for _, work, whose in rows)
        for name, work, whose in rows:
            value = run['rows'][work][whose]
            mine = ' mine' if whose == 'ours' else ''
            picture.text(250, top + 14, name, '', 'end')
            picture.lines.append(f'  <rect class="bar{mine}" x="262" y="{top + 2}" width="{520 * value / longest:.1f}" height="16" rx="2"/>')
            picture.text(270 + 520 * value / longest, top + 15, f'{value:.1f} ns', 'small')
            top += 24
        top += 16
    picture.text(24, top + 10, f'Medians of processor time, {run["date"][:10]}, {run["cpu"]}, {run["compiler"]};', 'small')
    picture.text(24, top + 27, f'{run["peers"]}', 'small')
    return str(picture)


def table(run):
    def number(value, digits):
        return '' if value is None else f'{value:.{digits}f}'

    lines = [
        f'{run["cpu"]}, {run["bits"]} bits, {run["compiler"]}, {run["date"][:10]}; {run["peers"]}.',
        '',
        '| work | left | right | ratio |',
        '| --- | ---: | ---: | ---: |',
    ]
    for work, row in run['rows'].items():
        lines.append(f'| {work} | {number(row.get("ours"), 1)} | {number(row.get("peer"), 1)} | {number(row.get("ratio"), 2)} |')
    return lines


def speed_page(runs):
    lines = [
        '<!-- Made by docs/pictures/make.py from docs/speed/*.json -->',
        '# Speed',
        '',
        '`./dev bench` measures cbframe beside libffi, libffcall and LuaJIT\'s own callbacks in one run; numbers of different runs do not',
        'compare. All numbers are medians: nanoseconds of processor time for one call, or to make one callback, or bytes of memory. The',
        'column “left” is what is named before the “÷”, “right” what is named after it, and “ratio” is left divided by right.',
        '',
        '![Nanoseconds of cbframe and of others](pictures/speed.svg)',
    ]
    for title, run in runs:
        lines += ['', f'## {title}', ''] + table(run)
        if run.get('note'):
            lines += ['', run['note']]
    return '\n'.join(lines + [''])


def main():
    runs = [(run['title'], run) for run in map(run_of, sorted((docs / 'speed').glob('*.json')))]
    made = {
        docs / 'pictures' / 'call.svg': call(),
        docs / 'pictures' / 'way.svg': way(),
        docs / 'pictures' / 'pages.svg': pages(),
        docs / 'pictures' / 'closure.svg': closure(),
        docs / 'pictures' / 'frame.svg': frame(),
        docs / 'pictures' / 'speed.svg': chart(runs[0][1]),
        docs / 'speed.md': speed_page(runs),
    }
    if sys.argv[1:] == ['--check']:
        stale = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
        for path in stale:
            print(f'{path.relative_to(docs.parent)} is not what docs/pictures/make.py makes: run it')
        return 1 if stale else 0
    if sys.argv[1:]:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    for path, text in made.items():
        path.write_text(text)
    return 0


sys.exit(main())
