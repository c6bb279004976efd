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
    .bar { fill: #8c959f; }
    .bar.mine { fill: #0969da; }
    .line { fill: none; stroke: #57606a; stroke-width: 1.6; }
    .back { fill: none; stroke: #57606a; stroke-width: 1.6; stroke-dasharray: 5 4; }
    .head { fill: #57606a; }
    text { font: 14px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #1f2328; }
    .name { font-weight: 600; font-size: 16px; }
    .small { font-size: 12.5px; fill: #57606a; }
    .code { font: 13px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
    @media (prefers-color-scheme: dark) {
      .card { fill: #0d1117; stroke: #30363d; }
      .box { fill: #161b22; stroke: #6e7681; }
      .ours { fill: #12243d; stroke: #58a6ff; }
      .bar { fill: #6e7681; }
      .bar.mine { fill: #388bfd; }
      .line, .back { stroke: #8b949e; }
      .head { fill: #8b949e; }
      text { fill: #e6edf3; }
      .small { fill: #8b949e; }
    }"""


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
        'compare. All numbers are medians: nanoseconds of processor time for one call, or to make one callback, or bytes of memory. “left”',
        'and “right” are what stands on that side of “÷”.',
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
