#!/usr/bin/env python3
"""Puts the pages of the site into build/site/pages: the documentation, and a reference of what Doxygen has found in the
headers (build/site/xml). Run from the project's folder."""

import pathlib
import re
import shutil
import xml.etree.ElementTree as ElementTree

pages = pathlib.Path('build/site/pages')
root_pages = {'README.md': 'index.md', 'CHANGELOG.md': 'changelog.md', 'CONTRIBUTING.md': 'contributing.md',
              'SECURITY.md': 'reporting.md', 'LICENSE': 'LICENSE', 'packaging/README.md': 'packaging.md'}

# ---------------------------------------------------------------- the documentation


def moved(text, in_root):
    """A page whose links are those of the site, where all pages lie side by side."""
    def target(match):
        path = match[1]
        path = path.removeprefix('docs/') if in_root else path
        for name, page in root_pages.items():
            there = name if in_root else '../' + name
            if path == there or path.startswith(there + '#'):
                path = page + path[len(there):]
        return f']({path})'

    return re.sub(r'\]\(([^)\s]+)\)', target, text)


def stage_documentation():
    for name, page in root_pages.items():
        (pages / page).write_text(moved(pathlib.Path(name).read_text(), True))
    for path in pathlib.Path('docs').glob('*.md'):
        (pages / path.name).write_text(moved(path.read_text(), False))
    for path in pathlib.Path('docs').glob('**/*.svg'):
        (pages / path.relative_to('docs')).parent.mkdir(exist_ok=True)
        shutil.copy(path, pages / path.relative_to('docs'))
    shutil.copy('tools/site/style.css', pages)


# ---------------------------------------------------------------- the reference


def escaped(text):
    return re.sub(r'([*<|[])', r'\\\1', text or '')


def words(node):
    """Text of Doxygen's XML as Markdown."""
    if node is None:
        return ''
    text = escaped(node.text)
    for child in node:
        inner = words(child)
        if child.tag == 'computeroutput':
            inner = f'`{"".join(child.itertext())}`'
        elif child.tag in ('para', 'simplesect', 'parameterlist', 'title'):
            inner = f'\n\n{inner}\n\n'
        elif child.tag in ('itemizedlist', 'orderedlist'):
            inner = f'\n\n{inner}\n\n'
        elif child.tag == 'listitem':
            inner = '- ' + ' '.join(inner.split()) + '\n'
        elif child.tag in ('verbatim', 'preformatted'):
            code = ''.join(child.itertext()).rstrip()
            inner = f'\n\n```text\n{code}\n```\n\n'
        elif child.tag == 'ulink':
            inner = f'[{inner}]({child.get("url")})'
        text += inner + escaped(child.tail)
    return text


def description(node):
    text = words(node.find('briefdescription')) + '\n\n' + words(node.find('detaileddescription'))
    return re.sub(r'[ \t]*\n\s*\n[ \t]*', '\n\n', text).strip()


def plain(node):
    return ' '.join(''.join(node.itertext()).split()) if node is not None else ''


def declaration(member):
    kind = member.get('kind')
    parameters = member.find('templateparamlist')
    template = ''
    if parameters is not None:
        names = [' '.join(filter(None, (plain(p.find('type')), plain(p.find('declname'))))) for p in parameters]
        template = f'template <{", ".join(names)}>\n'
    if kind == 'enum':
        return f'enum {member.findtext("name")}'
    if kind == 'define':
        return f'#define {member.findtext("name")}'
    start = plain(member.find('definition'))
    if kind == 'typedef' and '(' in start:
        return re.sub(r'\( ?\* ?(\w+)\) ', r'(*\1)', start) + ';'
    start = re.sub(r'\bcbframe::(abi::)?', '', start).replace('CBF_EXPLICIT ', '')
    return template + start + plain(member.find('argsstring')) + ';'


def value_rows(members):
    if not any(what for _, what in members):  # what they mean stands above
        return '\n'.join(f'- `{name}`' for name, _ in members)
    rows = ['| name | meaning |', '| --- | --- |']
    for name, what in members:
        rows.append(f'| `{name}` | {" ".join(what.split())} |')
    return '\n'.join(rows)


class Entry:
    """What the reference says of one name."""

    def __init__(self, name, line, text):
        self.name, self.line, self.text = name, line, text


def of_member(member, of=''):
    text = f'```cpp\n{declaration(member).replace(of + "::", "") if of else declaration(member)}\n```\n\n{description(member)}\n'
    values = [(value.findtext('name') + plain(value.find('initializer')).replace('=', ' =', 1), description(value))
              for value in member.findall('enumvalue')]
    if values:
        text += '\n' + value_rows(values) + '\n'
    return text


def of_class(compound):
    kind, name = compound.get('kind'), compound.findtext('compoundname').removeprefix('cbframe::')
    text = f'```cpp\n{kind} {name}\n```\n\n{description(compound)}\n'
    fields, functions = [], []
    for section in compound.findall('sectiondef'):
        if not section.get('kind').startswith(('public', 'user')):
            continue
        for member in section.findall('memberdef'):
            if not description(member):
                continue
            if member.get('kind') == 'variable':
                fields.append((plain(member.find('type')) + ' ' + member.findtext('name') + plain(member.find('argsstring')),
                               description(member)))
            else:
                functions.append(of_member(member, name))
    if fields:
        text += '\n' + value_rows(fields) + '\n'
    return text + ''.join('\n' + function for function in functions)


def entries():
    """By header: everything that is declared in it."""
    found = {}

    def add(node, name, text):
        place = node.find('location')
        if place is None or not description(node):
            return
        of_header = found.setdefault(place.get('file'), {})
        key = name + ('' if node.get('kind') == 'typedef' else plain(node.find('argsstring')))
        if node.get('kind') != 'typedef' or key not in of_header:  # else it names what has an entry
            of_header[key] = Entry(name, int(place.get('line')), text)

    for path in sorted(pathlib.Path('build/site/xml').glob('*.xml')):
        for compound in ElementTree.parse(path).getroot().findall('compounddef'):
            if compound.get('kind') in ('class', 'struct', 'union'):
                if '@' not in compound.findtext('compoundname'):
                    add(compound, compound.findtext('compoundname').removeprefix('cbframe::'), of_class(compound))
            elif compound.get('kind') in ('namespace', 'file'):
                for member in compound.findall('sectiondef/memberdef'):
                    add(member, member.findtext('name'), of_member(member))
    return found


def summary(header):
    """The comment that a header begins with."""
    text = header.read_text()
    comment = re.match(r'((?://[^\n]*\n)+)|/\*(.*?)\*/', text, re.S)
    lines = [re.sub(r'^(//|\s*\*)? ?', '', line) for line in (comment[1] or comment[2]).strip().split('\n')]
    return re.sub(r'\n((?:    [^\n]*\n)+)', r'\n```text\n\1```\n', '\n'.join(lines) + '\n')


def stage_reference():
    (pages / 'reference').mkdir()
    listed = ['# Reference', '', 'What Doxygen finds in the public headers.', '', '| header | |', '| --- | --- |']
    for name, members in sorted(entries().items()):
        path = name.removeprefix('include/')
        header = pathlib.Path('include') / path
        page = re.sub(r'\W', '-', path.removeprefix('cbframe/')) + '.md'
        about = summary(header)
        lines = [f'# {path}', '', about]
        for entry in sorted(members.values(), key=lambda entry: entry.line):
            lines += [f'## {entry.name}', '', entry.text]
        (pages / 'reference' / page).write_text('\n'.join(lines))
        listed.append(f'| [`<{path}>`]({page}) | {" ".join(about.split("```")[0].split())} |')
    (pages / 'reference' / 'index.md').write_text('\n'.join(listed + ['']))


shutil.rmtree(pages, ignore_errors=True)
pages.mkdir(parents=True)
stage_documentation()
stage_reference()
