"""Where a link's address really leads: redirectors that carry another address are unwrapped, parameters that only
track readers are taken off, and what browsers and we would read differently leads nowhere.

Nothing is fetched; which addresses mean an edition is known elsewhere.
"""

import re
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

_DEEPEST = 5  # redirectors within redirectors
_REDIRECTORS = (  # host, path, and the parameters that hold the target
    (r"(?:[\w-]+\.)*safelinks\.protection\.(?:outlook|office365)\.(?:com|us)", r"/.*", ("url",)),
    (r"statics\.teams\.cdn\.office\.net", r"/evergreen-assets/safelinks/.*", ("url",)),
    (r"(?:www\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?", r"/url", ("q", "url")),
    (r"(?:www\.)?bing\.com", r"/ck/a", ("url",)),
    (r"(?:l|lm)\.(?:facebook|instagram)\.com", r"/.*", ("u",)),
    (r"(?:www\.)?linkedin\.com", r"/(?:redir/redirect|safety/go)", ("url",)),
    (r"(?:www\.)?youtube\.com", r"/redirect", ("q",)),
    (r"linkprotect\.cudasvc\.com", r"/url", ("a",)),
)
_PROOFPOINT = re.compile(r"https?://urldefense(?:\.proofpoint)?\.com/v2/url\?(?:[^#]*&)?u=([^&#]+)", re.IGNORECASE)
_PROOFPOINT_LATER = re.compile(r"https?://urldefense\.com/v3/__(.+?)__;", re.IGNORECASE)
_TRACKING = re.compile(
    r"""
    utm_\w+ | mtm_\w+ | pk_(?: campaign | kwd | source | medium ) | hsa_\w+ | _hs(?: enc | mi ) | mc_[ce]id
  | [gdy]clid | gclsrc | g?braid | wbraid | fbclid | msclkid | twclid | igshid | mkt_tok | _ga | _gl | vero_id
    """,
    re.IGNORECASE | re.VERBOSE,
)
# A wrapped address as it is printed among words.
PRINTED = re.compile(
    r"https?://(?:[\w-]+\.)*(?:safelinks\.protection\.\w+\.\w+/|google\.[a-z.]+/url\?|urldefense[\w.]*\.com/)[^\s<>\"”]*",
    re.IGNORECASE,
)


def leads_nowhere(address: str) -> bool:
    r"""Whether no page may link an absolute address: browsers would not agree with us on its host, or it shows
    another one than it leads to ("https://a.example\@evil.example/", "https://www.gov.uk@evil.example/")."""
    scheme, colon, rest = address.partition(":")
    if not colon or scheme.lower() not in ("http", "https"):
        return False  # of other schemes others decide
    authority = re.split(r"[/?#]", rest.removeprefix("//"), maxsplit=1)[0]
    try:
        host = urlsplit(address).hostname
    except ValueError:
        return True
    return not rest.startswith("//") or not host or bool(re.search(r"[\\@\s\x00-\x20<>\"^`{|}]", authority))


def unwrap(address: str) -> str | None:
    """Where an address leads in the end, behind the redirectors that we know: itself for any other one. None where
    a redirector does not say where it leads, or leads to what is no web address."""
    for _ in range(_DEEPEST):
        inner = _carried(address)
        if inner == address:
            return address
        if inner is None or not re.match(r"https?://", inner, re.IGNORECASE) or leads_nowhere(inner):
            return None
        address = inner
    return None


def _carried(address: str) -> str | None:
    """The address within a redirector's, None where it has none; any other address itself."""
    if found := _PROOFPOINT.match(address):
        return unquote(found[1].replace("-", "%").replace("_", "/"))
    if found := _PROOFPOINT_LATER.match(address):
        return re.sub(r"^(https?:/)(?=[^/])", r"\1/", found[1])
    try:
        parts = urlsplit(address.replace("&amp;", "&"))
        host, fields = (parts.hostname or "").rstrip("."), dict(reversed(parse_qsl(parts.query)))
    except ValueError:
        return address
    for named, path, names in _REDIRECTORS:
        if re.fullmatch(named, host, re.IGNORECASE) and re.fullmatch(path, parts.path, re.IGNORECASE):
            inner = next((fields[name] for name in names if name in fields), None)
            return f"https://{inner}" if inner and inner.lower().startswith("www.") else inner
    return address


def without_tracking(address: str) -> str:
    """An address without the parameters that tell who reads it from where; all others stay as they are."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    kept = [field for field in parts.query.split("&") if not _TRACKING.fullmatch(unquote(field.partition("=")[0]))]
    query = "&".join(kept)
    return address if query == parts.query else urlunsplit(parts._replace(query=query))


def mended(address: str) -> str | None:
    """Where a link of a source should lead: unwrapped and without tracking; None for nowhere. Addresses that are
    no web addresses stay as they are."""
    if not re.match(r"https?:", address, re.IGNORECASE):
        return address
    if leads_nowhere(address):
        return None
    target = unwrap(address)
    if target is None or target == address:
        return target and without_tracking(target)
    return without_tracking(quote(target, safe=":/?#[]@!$&'()*+,;=%~-._"))


# --- Links of web pages --------------------------------------------------------------------------

_SNAPSHOT = re.compile(
    r"""
    ^ (?: https?:// (?: webarchive | yourarchives ) \.nationalarchives\.gov\.uk )?
    /? (?: ukgwa/ )?       # "/ukgwa/20130403204858/http://..." since 2021
    \d{14}                # when the snapshot was taken
    (?: mp_ | if_ )? /     # "20130403204858mp_/": the page in the archive's frame
    """,
    re.VERBOSE,
)
_SAFE = ("#", "http://", "https://", "mailto:")


def followed(href: str) -> str | None:
    """Where a page's link leads, past the frame in which the National Archives keep it; none where that is not safe
    or not known. A bare path is one of GOV.UK's."""
    address = _SNAPSHOT.sub("", href)
    if address.startswith("/") and not address.startswith("//"):
        return f"https://www.gov.uk{address}"
    return address if address.lower().startswith(_SAFE) else None
