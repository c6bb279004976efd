#!/usr/bin/env python3
"""Checks the links of a site: that each leads to a file, and to a place in it.

usage: links.py FOLDER
"""

import html.parser
import pathlib
import sys
import urllib.parse


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links, self.places = [], {''}
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.places |= {attributes.get('id'), attributes.get('name')}
        self.links += [attributes[name] for name in ('href', 'src') if attributes.get(name)]


folder = pathlib.Path(sys.argv[1]).resolve()
pages = {path: Page(path) for path in folder.glob('**/*.html')}
count, failed = 0, False
for path, page in pages.items():
    if path.name == '404.html':  # whose links are those of wherever it is shown
        continue
    for link in page.links:
        url = urllib.parse.urlparse(link)
        if url.scheme or url.netloc:
            continue
        count += 1
        target = (path.parent / urllib.parse.unquote(url.path)).resolve() if url.path else path
        if target.is_dir():
            target /= 'index.html'
        if not target.exists() or target in pages and url.fragment not in pages[target].places:
            print(f'{path.relative_to(folder)}: {link} leads nowhere')
            failed = True
print(f'{count} links of {len(pages)} pages')
sys.exit(failed or not pages)
