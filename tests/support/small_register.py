"""A register of one made-up edition, and its text as Typst."""

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
