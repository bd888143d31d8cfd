"""Where cited places stand in a made-up edition: one table for the engine and for the script in the browser."""

from guidance.document.model import Permalink

FINDING = (
    Permalink("chapter-1", "chapter", "1", 1, ""),
    Permalink("para-1", "paragraph", "1", 1, ""),
    Permalink("para-2", "paragraph", "2", 2, ""),
    Permalink("chapter-2", "chapter", "2", 4, ""),
    Permalink("chapter-2-para-1", "paragraph", "1", 4, ""),
    Permalink("table-2-1", "table", "2.1", 4, ""),
    Permalink("box-1a", "box", "1A", 4, ""),
    Permalink("annex-a", "annex", "A", 5, ""),
    Permalink("annex-b", "annex", "B", 5, ""),
    Permalink("annex-b-para-2", "paragraph", "2", 5, ""),
    Permalink("annex-c", "annex", "C", 6, ""),
    Permalink("fn-7", "footnote", "7", 4, ""),
)
CITED: dict[str, tuple[str, ...]] = {  # what is cited of it -> anchors
    "annex A": ("annex-a",),
    "appendix B": ("annex-b",),
    "annexes A-C": ("annex-a", "annex-b", "annex-c"),
    "annex D": (),
    "annex B, para 2": ("annex-b-para-2",),
    "annex A, para 2": (),
    "chapter 2, para 1": ("chapter-2-para-1",),
    "chapter 1, para 2": ("para-2",),
    "chapter 2, para 2": (),
    "paras 1 to 2": ("para-1", "chapter-2-para-1", "para-2", "annex-b-para-2"),
    "para 3": (),
    "table 2.1": ("table-2-1",),
    "box 1a": ("box-1a",),
    "footnote 7": ("fn-7",),
    "page 3": ("para-2",),
    "page 9": (),
}
