"""A register of made-up editions, the text of one as Typst, and the smallest frame that a site can be built in."""

from pathlib import Path


def write_frame(folder: Path) -> None:
    """MkDocs' own theme, which is quicker than ours, with a page for dead addresses that has a main part."""
    (folder / "mkdocs.yml").write_text(
        "site_name: x\ntheme: {name: mkdocs, highlightjs: false, custom_dir: overrides}\nplugins: []\n"
        "markdown_extensions: [attr_list, md_in_html, tables]\n"
    )
    (folder / "overrides").mkdir()
    page = "<!DOCTYPE html><html lang=en><title>x</title><main><h1>Not here</h1></main></html>"
    (folder / "overrides" / "404.html").write_text(page)


REGISTER = """
title = "Keeping a library"
short = "KL"
publisher = "A made-up office"

[[editions]]
id = "2010"
title = "Keeping a library 2010"
published = "2010-01-01"
ended = "2020-01-01"
[[editions.revisions]]
id = "2010-01"
date = "2010-01"
what = "First issue."
url = "https://files.example.invalid/library.pdf"

[[editions]]
id = "2020"
title = "Keeping a library 2020"
published = "2020-01-01"
"""


SOURCE = """
#set document(title: "Keeping a library 2020")
#set text(lang: "en", size: 11pt)
#set page(numbering: "1")
#set enum(numbering: "1.", spacing: 1.2em)
= Chapter 1: Doors
#v(1em)
+ Keepers should open the doors every day of the week, early in the morning and for all who come to them.
+ Readers must close the doors behind them when it rains, as chapter 1 says, and in the winter every time.
+ Nobody may lock a door while a reader is in the house, whatever the hour is and whoever asks for it.
= Chapter 2: Windows
#v(1em)
#set enum(start: 4)
+ Windows should stand open in the summer, since books want air as much as their readers do in warm weather.
+ Keepers must clean the windows twice in a year, or ask somebody who likes ladders to do it in their place.
"""
