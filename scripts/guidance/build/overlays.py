"""A partnership's folder -> its overlay: partnership.toml, a logo, and pages and pictures below docs/.

The folder is somebody else's: everything in it is checked here or made safe in `publish.overlay`; nothing is run.
"""

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from lxml import etree
from msgspec import structs
from PIL import Image

from guidance.build.reviews import review_page
from guidance.document.model import GuidanceError
from guidance.document.toml_files import read_toml
from guidance.site.handwritten import Prepared, Sources, prepare_pages
from guidance.site.overlay import FILE, Overlay, Partnership, check_colours, make_overlay

_LARGEST = {".svg": 200_000, ".png": 1_000_000, ".jpg": 3_000_000, ".jpeg": 3_000_000, ".md": 500_000}  # bytes
_SVG = "{http://www.w3.org/2000/svg}"
_DRAWING = {
    *("svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "title"),
    *("desc", "defs", "use", "symbol", "linearGradient", "radialGradient", "stop", "clipPath", "mask", "pattern"),
    *("style", "metadata"),
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")


def read_overlay(folder: Path, light: Mapping[str, str], dark: Mapping[str, str]) -> Overlay:
    """The overlay in a folder; `light` and `dark` are the site's own colours by name.

    Raises GuidanceError when something in it is missing, unsafe, too large or not of the form.
    """
    path = folder / FILE
    missing = "is not there; an overlay is a folder with this file in it"
    partnership = read_toml(path, Partnership, missing=missing)
    check_colours(partnership.colours, light, dark, str(path))
    logo = None
    if partnership.logo:
        name, content = _picture(_inside(folder, partnership.logo, path))
        logo = (f"partner-logo{PurePosixPath(name).suffix}", content)
    texts, pictures = {}, {}
    for file in _files(folder / "docs"):
        name = file.relative_to(folder / "docs").as_posix()
        if file.suffix == ".md":
            texts[name] = _text(file)
        else:
            pictures[name] = _picture(file)[1]
    return make_overlay(partnership, logo, texts, pictures)


def prepare_with(overlay: Overlay, files: Mapping[str, bytes], sources: Sources) -> Prepared:
    """Hand-written pages with the overlay's among them. Its citations are checked as ours are; since nobody has
    reviewed them here, they are taken to be written from the text that they cite.

    Raises GuidanceError for a page that is there already, or a cited provision that is not.
    """
    if taken := sorted(set(overlay.files) & set(files)):
        raise GuidanceError(f"{taken[0]}: stands in both the site and the overlay; name the overlay's otherwise")
    both = {**files, **overlay.files}
    own = {path: review_page(path, both, sources) for path in overlay.files if path.endswith(".md")}
    prepared = prepare_pages(both, structs.replace(sources, reviewed={**sources.reviewed, **own}))
    if prepared.nav is None:
        return prepared
    section: list[object] = [{overlay.partnership.name: list(overlay.nav)}]
    return structs.replace(prepared, nav=[*prepared.nav[:1], *section, *prepared.nav[1:]])


def _files(docs: Path) -> Iterator[Path]:
    """The pages and pictures below a folder; anything else in it is refused, so that nobody misses it."""
    for path in sorted(docs.rglob("*")) if docs.is_dir() else ():
        if path.is_symlink():
            raise GuidanceError(f"{path}: is a link to another place; put the file itself here")
        if path.is_file() and not path.name.startswith("."):
            if path.suffix.lower() not in _LARGEST:
                raise GuidanceError(f"{path}: only Markdown (.md) and pictures (.svg, .png, .jpg) can be laid over")
            if not all(
                part.replace("-", "").replace("_", "").replace(".", "").isalnum() for part in path.parts[-2:]
            ):
                raise GuidanceError(f"{path}: name it with letters, digits and hyphens, for it becomes an address")
            yield path


def _inside(folder: Path, name: str, named_in: Path) -> Path:
    path = folder / name
    if path.is_symlink() or not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
        raise GuidanceError(f"{named_in}: logo names {name}, and there is no such file in this folder")
    return path


def _content(file: Path) -> bytes:
    most = _LARGEST.get(file.suffix.lower(), 0)
    if file.stat().st_size > most:
        raise GuidanceError(f"{file}: is larger than {most // 1000} kB; make it smaller")
    return file.read_bytes()


def _text(file: Path) -> str:
    try:
        return _content(file).decode()
    except UnicodeDecodeError:
        raise GuidanceError(f"{file}: is not UTF-8; save it as UTF-8") from None


def _picture(file: Path) -> tuple[str, bytes]:
    """A picture's name and content, checked; photographs are written anew, so that only the picture is left."""
    content = _content(file)
    if file.suffix.lower() == ".svg":
        check_drawing(content, str(file))
        return file.name, content
    kind = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}.get(file.suffix.lower())
    if kind is None:
        raise GuidanceError(f"{file}: is no picture that can be shown; use .svg, .png or .jpg")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[kind]) as picture:
                written = io.BytesIO()
                picture.convert("RGBA" if kind == "PNG" else "RGB").save(written, kind, optimize=kind == "PNG")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise GuidanceError(f"{file}: is not a {kind} picture, or is damaged; save it again") from None
    return file.name, written.getvalue()


def check_drawing(content: bytes, file: str) -> None:
    """Raise GuidanceError when an SVG holds anything but a drawing: script, events, links, other documents."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise GuidanceError(f"{file}: is not an SVG drawing; save it again as plain SVG") from None
    if root.getroottree().docinfo.internalDTD is not None or root.tag != f"{_SVG}svg":
        raise GuidanceError(f"{file}: is not a plain SVG drawing; save it again as plain SVG")
    for node in root.getroottree().iter():
        if fault := _fault(node):
            raise GuidanceError(f"{file}: holds {fault}, which a drawing need not; save it again as plain SVG")


def _fault(node: etree._Element) -> str | None:
    if not isinstance(node.tag, str):
        return None if node.tag is etree.Comment else "an instruction to the browser"
    name = etree.QName(node)
    if f"{{{name.namespace}}}" != _SVG or name.localname not in _DRAWING:
        return f"<{name.localname}>"
    for attribute, value in node.attrib.items():
        plain = str(attribute).rpartition("}")[2].lower()
        if plain.startswith("on"):
            return f"the event {plain}"
        if str(attribute) in _HREFS and not str(value).startswith("#"):
            return "a link to elsewhere"
        if _leads_out(str(value)):
            return f"an address in {plain}"
    return "styles that load something" if name.localname == "style" and _leads_out(node.text or "") else None


def _leads_out(value: str) -> bool:
    """Whether a value of an attribute or a style may load or run something."""
    squeezed = "".join(value.split()).lower().replace("\\", "")
    outside = squeezed.replace("url(#", "").replace("url('#", "").replace('url("#', "")
    return any(sign in outside for sign in ("url(", "@import", "javascript:", "data:", "expression(", "image-set("))
