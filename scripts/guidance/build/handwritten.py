"""Pages written by hand, and a partnership's that are laid over them: read from their folders, and made ready.

Which text each page was reviewed against stands in reviews.toml, a fingerprint of each place cited; what a page
says where one no longer fits is decided in `site.handwritten`, and put there by `site.extension` when MkDocs, or
whoever else, reads the page. A partnership's folder is somebody else's: all that
is in it is checked here or made safe in `site.overlay`; nothing is run.
"""

import io
import json
import os
import re
import warnings
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path, PurePosixPath

import msgspec
import yaml
from mkdocs.utils import meta
from msgspec import Struct, structs
from PIL import Image

from guidance.build.comparisons import Compared
from guidance.document.anchors import known_permalinks
from guidance.document.law import read_law
from guidance.document.model import GuidanceError, Permalink, read_toml, write_whole
from guidance.document.register import Publication, say_date
from guidance.site import overlay as overlays
from guidance.site.extension import read_page
from guidance.site.handwritten import CONTACTS, REVIEWS, Reviews, Sources, decode, lookup, read_reviews, services
from guidance.site.ledger import count_duties
from guidance.site.overlay import Overlay, Partnership, check_colours, check_drawing, make_overlay
from guidance.site.pages import is_own_page, page_url
from guidance.site.safe_markdown import EditionLink

TERMS = "terms.toml"
_HEADER = (
    "# What each page cites, with the fingerprint its text had when the page was reviewed: guidance review PAGE\n"
)
_LARGEST = {".svg": 200_000, ".png": 1_000_000, ".jpg": 3_000_000, ".jpeg": 3_000_000, ".md": 500_000}  # bytes
_PICTURES = {*_LARGEST, ".webp", ".gif", ".avif", ".heic", ".bmp", ".tif", ".tiff", ".ico"} - {".md"}
_NAMED = re.compile(r"guidance:([0-9a-z.-]+)/([A-Za-z0-9.-]+)")  # whatever is named so, in a citation or not
_STALE = 366  # days after which a contact is to be compared with its source again


class Prepared(Struct, frozen=True):
    """Files for MkDocs by path, all that their pages can cite, and the order of the contents, or None where the
    pages name none."""

    files: Mapping[str, bytes]
    sources: Sources
    nav: list[object] | None = None

    def settings(self) -> dict[str, object]:
        """What MkDocs is told of these pages, over its mkdocs.yml: all that its process must know of what they
        cite, for it may run anywhere."""
        boxes = {"base_path": ["docs"], "restrict_base_path": True, "check_paths": True}
        known = msgspec.json.encode(_cited(self.files, self.sources), order="deterministic").decode()
        return {
            "nav": self.nav,
            "exclude_docs": "_*\n",
            "markdown_extensions": {"pymdownx.snippets": boxes, "guidance": {"known": known}},
        }


def write_reviews(path: Path, reviews: Reviews) -> None:
    """Write all reviews, pages and citations sorted, atomically."""
    tables = []
    for page in sorted(reviews):
        rows = [f"{json.dumps(key)} = {json.dumps(reviews[page][key])}" for key in sorted(reviews[page])]
        tables.append("\n".join([f"[{json.dumps(page)}]", *rows]))
    write_whole(path, "\n".join([_HEADER, "\n\n".join(tables), ""]))


def review_page(text: str, page: str, sources: Sources, docs: Path | None = None) -> Mapping[str, str]:
    """What a page cites, with the fingerprints of today: what is recorded once a person has compared them.

    Shared boxes are read from `docs`. Raises GuidanceError when it cites something that does not exist.
    """
    cites = read_page(text, page, docs=docs).cites
    return {cite.key: lookup(cite, page, sources).fingerprint for cite in cites}


def prepare(
    publication: Publication,
    folder: Path,
    files: Mapping[str, bytes],
    known: Mapping[str, Mapping[str, Permalink]],
    compared: Compared,
    overlay: Overlay | None,
) -> Prepared:
    """Hand-written `files` ready for MkDocs, with the overlay's among them; what they may cite is all that is
    `known` to be published of each edition, by anchor. `folder` is the publication's.

    Raises GuidanceError when the reviews cannot be read, a page of the overlay is there already, or a cited
    provision is not.
    """
    in_force, crosswalk = publication.in_force.id, compared.crosswalk
    newest = next(reversed(list(compared.documents)), None)
    docs = folder / publication.docs if publication.docs else None
    today: dict[str, dict[str, tuple[str, ...]]] = {}
    for edition, anchor in crosswalk.index if in_force in crosswalk.editions else ():
        today.setdefault(edition, {})[anchor] = crosswalk.stands(edition, anchor, in_force)
    sources = Sources(
        publication,
        known,
        compared.rooted,
        today,
        frozenset(compared.comparisons),
        read_reviews(docs / REVIEWS) if docs else {},
        count_duties(compared.ledger(newest)) if newest else None,
        services(files.get(CONTACTS, b"")),
        law=read_law(folder, publication),
    )
    prepared = Prepared(_for_mkdocs(files), sources, read_nav(docs) if docs else None)
    return _with_overlay(prepared, overlay) if overlay else prepared


def _for_mkdocs(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What MkDocs is given: all but the tables. Raises GuidanceError for a page that is not UTF-8."""
    for path in files:
        if path.endswith(".md"):
            decode(files[path], path)
    return {path: content for path, content in files.items() if not path.endswith(".toml")}


class _Plain(yaml.SafeLoader):
    """Reads a mkdocs.yml without the objects that its tags name: only MkDocs makes those."""


_Plain.add_multi_constructor("", lambda *_: None)


def read_nav(docs: Path) -> list[object] | None:
    """The order of the contents in the mkdocs.yml beside a folder of pages, if it is theirs.

    Raises GuidanceError when that file cannot be read.
    """
    path = docs.parent / "mkdocs.yml"
    if not path.is_file():
        return None
    try:
        settings = yaml.load(path.read_text(encoding="utf-8"), Loader=_Plain)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise GuidanceError(f"{path}: {' '.join(str(error).split())}") from None
    if not isinstance(settings, dict) or settings.get("docs_dir", "docs") != docs.name:
        return None
    nav = settings.get("nav")
    if nav is not None and not isinstance(nav, list):
        raise GuidanceError(f"{path}: nav: expected a list of pages")
    return nav


def _cited(files: Mapping[str, bytes], sources: Sources) -> Sources:
    """Of all that can be cited only what pages name: then they need not be printed anew when something else
    changes. Whether a page cites it, or only shows how that is written, makes no difference."""
    named: dict[str, set[str]] = {}
    for content in (files[path] for path in files if path.endswith(".md")):
        for edition, anchor in _NAMED.findall(content.decode()):
            named.setdefault(edition, set()).add(anchor)
    in_force = sources.publication.in_force.id
    today = {e: {a: known[a] for a in known if a in named.get(e, ())} for e, known in sources.today.items()}
    for anchors in [anchors for known in today.values() for anchors in known.values()]:
        named.setdefault(in_force, set()).update(anchors)
    return structs.replace(
        sources,
        today=today,
        permalinks={e: {a: ls[a] for a in ls if a in named.get(e, ())} for e, ls in sources.permalinks.items()},
        addresses={e: {a: ps[a] for a in ps if a in named.get(e, ())} for e, ps in sources.addresses.items()},
    )


def review(publication: Publication, folder: Path, pages: Collection[str] = ()) -> dict[str, int]:
    """Record what pages cite as reviewed today (all pages where none is named); how many citations each has.

    Pages that are no longer there lose their entry. Raises GuidanceError when the publication has no
    hand-written pages, there is no such page, or it cites something that does not exist.
    """
    if not publication.docs:
        raise GuidanceError(f"{folder}/editions.toml: docs names no folder of hand-written pages")
    docs = folder / publication.docs
    files = read_files(docs)
    names = [_within(page, docs) for page in pages] or [f for f in files if is_own_page(f)]
    known = known_permalinks((edition.id for edition in publication.editions), folder)
    sources = Sources(publication, known, reviewed=read_reviews(docs / REVIEWS))
    now = {}
    for page in names:
        if page not in files:
            raise GuidanceError(f"{page}: there is no such page; give its path below the pages' folder")
        now[page] = review_page(decode(files[page], page), page, sources, docs)
    kept = {page: cited for page, cited in sources.reviewed.items() if page in files}
    write_reviews(docs / REVIEWS, {p: c for p, c in (kept | now).items() if c})
    return {page: len(cited) for page, cited in now.items()}


def _within(page: str, docs: Path) -> str:
    """A page's path from the pages' folder, given from there or from where the command runs."""
    path = Path(page).resolve()
    return path.relative_to(docs.resolve()).as_posix() if path.is_relative_to(docs.resolve()) else page


def survey(docs: Path, site: Path) -> Iterator[str]:
    """What is to be known of hand-written pages, a line each: reading ages, and sources that have changed.

    Ages come from the pages themselves, changes from what the built site says at each citation.
    """
    from guidance.check.readability import measure  # slow to load, and a build asks for no ages

    files = read_files(docs)
    for page in filter(is_own_page, files):
        text = decode(files[page], page)
        limit = meta.get_data(text)[1].get("reading_age")
        if limit is not None:
            ease = measure(text, docs)
            by = ", ".join(f"{formula} {age}" for formula, age in ease.ages.items())
            over = "; too high" if ease.age > float(str(limit)) else ""
            yield f"{page}: reading age {ease.age}, at most {limit}{over} ({by})"
        built = site / page_url(page) / "index.html"
        marks = built.read_text(encoding="utf-8").count('class="source-changed"') if built.is_file() else 0
        if marks:
            yield f"{page}: {marks} source{'s' if marks > 1 else ''} changed since it was written"


def survey_terms(docs: Path) -> Iterator[str]:
    """A line for each place where a page or a drawing says what `terms.toml` lists, with file and line."""
    from guidance.check.readability import find_terms, read_terms

    terms = read_terms(docs / TERMS)
    for path, content in read_files(docs).items():
        if path.endswith((".md", ".svg")):
            for line, message in find_terms(decode(content, path), terms):
                yield f"{os.path.normpath(docs / path)}:{line}: {message}"


def survey_law(docs: Path, folder: Path, publication: Publication, site: Path | None = None) -> Iterator[str]:
    """A line for each sentence of a page that calls optional what is a duty now and has no notice of that law, for
    each place that law.toml names and no page has, and, in a built `site`, for each page that lacks a notice or its
    edition's standing; `folder` is the register's."""
    from guidance.check.notices import find_unnoticed, lost_places, unaddressed, unprinted, untold_standing

    law, files = read_law(folder, publication), read_files(docs)
    if law.law:
        named = (path for path in files if path.endswith(".md") and not path.startswith("_"))
        pages = {path: decode(files[path], path) for path in named}
        yield from (f"{one.page}: {one.message}" for one in find_unnoticed(pages, law))
        yield from lost_places(pages, law)
        yield from unprinted(site, law) if site else ()
    yield from (*untold_standing(site, publication), *unaddressed(site)) if site else ()


def stale_contacts(docs: Path, today: date) -> Iterator[str]:
    """A line for each contact of the pages' that nobody has compared with its source for a year."""
    path = docs / CONTACTS
    for name, service in services(path.read_bytes() if path.is_file() else b"").items():
        if (today - service.checked).days > _STALE:
            yield (
                f"{CONTACTS}: {name} ({service.name}) was last checked on {say_date(service.checked.isoformat())}; "
                f"compare it with its source: {service.source}"
            )


def read_files(docs: Path) -> dict[str, bytes]:
    """All files below a folder of hand-written pages, by path from it; hidden ones are left out."""
    paths = (p for p in sorted(docs.rglob("*")) if p.is_file() and not p.name.startswith("."))
    return {path.relative_to(docs).as_posix(): path.read_bytes() for path in paths}


# --- Overlays --------------------------------------------------------------------------------------


def read_overlay(
    folder: Path,
    light: Mapping[str, str],
    dark: Mapping[str, str],
    editions: Mapping[str, EditionLink] | None = None,
) -> Overlay:
    """The overlay in a folder; `light` and `dark` are the site's own colours by name, `editions` what its pages may
    lead to.

    Raises GuidanceError when something in it is missing, astray, unsafe, too large or not of the form.
    """
    path = folder / overlays.FILE
    partnership = _read_partnership(path)
    check_colours(partnership.colours, light, dark, str(path))
    logo = None
    if partnership.logo:
        file = _inside(folder, partnership.logo, path)
        logo = (f"partner-logo{file.suffix}", _picture(file))
    _refuse_strays(folder, partnership.logo)
    texts, pictures = {}, {}
    for file in _files(folder / "docs"):
        name = file.relative_to(folder / "docs").as_posix()
        if file.suffix == ".md":
            texts[name] = _text(file)
        else:
            pictures[name] = _picture(file)
    return make_overlay(partnership, logo, texts, pictures, editions)


def _read_partnership(path: Path) -> Partnership:
    if not path.is_file():
        names = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
        near = next((one for one in names if one.lower().startswith(path.stem)), None)
        do = f"rename {near} to {path.name}" if near else "an overlay is a folder with this file in it"
        raise GuidanceError(f"{path}: is not there; {do}")
    try:
        return read_toml(path, Partnership)
    except GuidanceError as error:
        raise GuidanceError(f"{path}: {overlays.explain(str(error).removeprefix(f'{path}: '))}") from None


def _refuse_strays(folder: Path, logo: str | None) -> None:
    """Refuse what stands beside partnership.toml and would have no effect, so that nobody misses it."""
    known = {overlays.FILE, "docs", *([PurePosixPath(logo).parts[0]] if logo else [])}
    for path in sorted(folder.iterdir()):
        if path.name in known or path.name.startswith(".") or path.stem.lower() in ("readme", "license", "licence"):
            continue
        if path.is_dir() and path.name.lower() == "docs":
            raise GuidanceError(f"{path}: name this folder docs, in small letters")
        if path.is_dir():
            raise GuidanceError(f"{path}: only the folder docs is read; put your pages and pictures into it")
        if path.suffix.lower() == ".md":
            raise GuidanceError(f"{path}: pages belong into the folder docs; move it there")
        if path.suffix.lower() in _PICTURES:
            raise GuidanceError(
                f'{path}: is not used; if it is the logo, write logo = "{path.name}" into {overlays.FILE}, '
                "else move it into docs"
            )
        raise GuidanceError(f"{path}: has no effect here; take it out of the folder")


def _with_overlay(prepared: Prepared, overlay: Overlay) -> Prepared:
    """Hand-written pages with the overlay's among them. Its citations are checked as ours are; since nobody has
    reviewed them here, they are taken to be written from the text that they cite.

    Raises GuidanceError for a page that is there already, or a cited provision that is not.
    """
    if taken := sorted(set(overlay.files) & set(prepared.files)):
        raise GuidanceError(f"{taken[0]}: stands in both the site and the overlay; name the overlay's otherwise")
    sources, texts = prepared.sources, {p: c.decode() for p, c in overlay.files.items() if p.endswith(".md")}
    own = {path: review_page(text, path, sources) for path, text in texts.items()}
    nav = prepared.nav
    if nav is not None:
        section: list[object] = [{overlay.partnership.name: list(overlay.nav)}]
        nav = [*nav[:1], *section, *nav[1:]]
    reviewed = structs.replace(sources, reviewed={**sources.reviewed, **own})
    return Prepared({**prepared.files, **overlay.files}, reviewed, nav)


def _files(docs: Path) -> Iterator[Path]:
    """The pages and pictures below a folder; anything else in it is refused, so that nobody misses it."""
    for path in sorted(docs.rglob("*")) if docs.is_dir() else ():
        if path.is_symlink():
            raise GuidanceError(f"{path}: is a link to another place; put the file itself here")
        if path.is_file() and not path.name.startswith("."):
            if fault := _misnamed(path.relative_to(docs)):
                raise GuidanceError(f"{path}: {fault}")
            yield path


def _misnamed(path: Path) -> str:
    """Why a file is no page or picture, or makes another address than is meant; nothing where it may be read."""
    kind, small = path.suffix.lower(), path.name.lower()
    if kind in _PICTURES - _LARGEST.keys():
        return f"{kind[1:].upper()} pictures are not read; save it as PNG or JPEG"
    if kind not in _LARGEST:
        return "only Markdown (.md) and pictures (.svg, .png, .jpg) can be laid over"
    if any(part != part.lower() for part in path.parts[:-1]):
        return f"name the folder in small letters, {path.parent.as_posix().lower()}"
    if path.name != small and (small == "index.md" or (path.suffix != ".md" and small.endswith(".md"))):
        return f"name it {small}, in small letters"
    plain = all(re.sub(r"[-_.]", "", part).isalnum() for part in path.parts[-2:])
    return "" if plain else "name it with letters, digits and hyphens, for it becomes an address"


def _inside(folder: Path, name: str, named_in: Path) -> Path:
    path = folder / name
    if path.is_symlink() or not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
        astray = (folder / "docs" / name).is_file()
        do = f"move docs/{name} here, beside {named_in.name}" if astray else "put it here, or correct its name"
        raise GuidanceError(f"{named_in}: logo names {name}, and there is no such file in this folder; {do}")
    return path


def _content(file: Path) -> bytes:
    most = _LARGEST.get(file.suffix.lower(), 0)
    if file.stat().st_size > most:
        raise GuidanceError(f"{file}: is larger than {most // 1000} kB; make it smaller")
    return file.read_bytes()


def _text(file: Path) -> str:
    try:
        return _content(file).decode("utf-8-sig")  # editors on Windows put a mark before it
    except UnicodeDecodeError:
        raise GuidanceError(f"{file}: is not UTF-8; save it as UTF-8") from None


def _picture(file: Path) -> bytes:
    """A picture's content, checked; photographs are written anew, so that only the picture is left."""
    content = _content(file)
    if file.suffix.lower() == ".svg":
        check_drawing(content, str(file))
        return content
    if content[8:12] == b"WEBP":
        raise GuidanceError(f"{file}: is a WebP picture, whatever its name; save it as PNG or JPEG")
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
    return written.getvalue()
