"""What stands at the root of a built site for machines: sitemaps, robots.txt, the headers a host should send.

Made from the names of its files alone; nothing is read of what they say.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from html import escape
from pathlib import PurePosixPath

POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",  # the search index is read by WebAssembly; nothing else needs it
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "frame-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
}
"""The content security policy that every page keeps. It does not forbid framing: quotations are made to be framed,
and no page acts for its reader, so there is nothing that a frame could steal."""

HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
OPEN = ("/embed.js", "/status/*", "/oembed/*")  # what other sites' pages read
OPEN_HEADERS = {"Access-Control-Allow-Origin": "*"}
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"


def root_files(paths: Iterable[str], editions: Collection[str], site_url: str | None) -> dict[str, bytes]:
    """The files, by name. `paths` are those of all files of the site, `editions` its editions' folders; sitemaps
    need to know its address."""
    files = {"_headers": _headers(), "robots.txt": _robots(site_url)}
    if not site_url:
        return files
    base = site_url.rstrip("/")
    groups: dict[str, list[str]] = defaultdict(list)
    for path in sorted(path for path in paths if PurePosixPath(path).name == "index.html"):
        page = PurePosixPath(path).parent
        if "latest" not in page.parts[:2] and "embed" not in page.parts:
            groups[_group(page, editions)].append(page.as_posix())
    names = []
    for group, members in sorted(groups.items()):
        names.append(f"sitemap-{group}.xml")
        files[names[-1]] = _sitemap(base, members)
    rows = "".join(f"<sitemap><loc>{escape(base)}/{name}</loc></sitemap>\n" for name in names)
    files["sitemap.xml"] = f'{_HEAD}<sitemapindex xmlns="{_SITEMAPS}">\n{rows}</sitemapindex>\n'.encode()
    return files


def _group(page: PurePosixPath, editions: Collection[str]) -> str:
    """Which sitemap a page stands in: its edition's, its edition's short addresses', or that of all other pages."""
    edition = next((one for one in editions if page.is_relative_to(one)), None)
    if edition is None:
        return "pages"
    name = edition.replace("/", "-")
    return f"{name}-paragraphs" if page.relative_to(edition).parts[:1] == ("p",) else name


def _sitemap(base: str, pages: Iterable[str]) -> bytes:
    rows = "".join(f"<url><loc>{escape(base)}/{'' if p == '.' else escape(p) + '/'}</loc></url>\n" for p in pages)
    return f'{_HEAD}<urlset xmlns="{_SITEMAPS}">\n{rows}</urlset>\n'.encode()


def _robots(site_url: str | None) -> bytes:
    where = f"Sitemap: {site_url.rstrip('/')}/sitemap.xml\n" if site_url else ""
    return f"User-agent: *\nAllow: /\n{where}".encode()


def _headers() -> bytes:
    """In the form that Netlify and Cloudflare Pages read; for others it says what to set."""
    rules = {"/*": HEADERS, **dict.fromkeys(OPEN, OPEN_HEADERS)}
    return "".join(
        f"{path}\n" + "".join(f"  {name}: {value}\n" for name, value in headers.items())
        for path, headers in rules.items()
    ).encode()
