"""Takes tags, bookmarks and annotations out of a PDF, as some publishers' software does.

The words and their places stay as they were; what a reader may lean on is gone.
"""

from pathlib import Path

import pikepdf


def strip_structure(source: Path, to: Path) -> None:
    """Write `source` without structure tree, marked-content properties, bookmarks and annotations to `to`."""
    with pikepdf.open(source) as pdf:
        for key in ("/StructTreeRoot", "/MarkInfo", "/Outlines", "/Names", "/Dests", "/Lang", "/PageLabels"):
            if key in pdf.Root:
                del pdf.Root[key]
        for page in pdf.pages:
            for key in ("/Annots", "/StructParents", "/Tabs"):
                if key in page.obj:
                    del page.obj[key]
            page.obj.Contents = pdf.make_stream(_without_marks(page))
        pdf.remove_unreferenced_resources()
        to.parent.mkdir(parents=True, exist_ok=True)
        pdf.save(to, deterministic_id=True)


def _without_marks(page: pikepdf.Page) -> bytes:
    """The page's content without marked-content operators."""
    kept = [
        instruction
        for instruction in pikepdf.parse_content_stream(page)
        if str(instruction.operator) not in {"BDC", "BMC", "EMC", "DP", "MP"}
    ]
    return pikepdf.unparse_content_stream(kept)
