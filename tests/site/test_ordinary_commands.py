"""The commands that every MkDocs user types first do what they should, and never harm what `make site` made."""

import subprocess
import sys
from pathlib import Path

from guidance.site.assemble import MARK, refuse_foreign

ROOT = Path(__file__).parents[2]


def test_mkdocs_build_at_the_root_leaves_the_site_alone(tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_bytes((ROOT / "mkdocs.yml").read_bytes())
    (tmp_path / "overrides").symlink_to(ROOT / "overrides")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Home\n", encoding="utf-8")
    site = tmp_path / "site"
    site.mkdir()
    (site / MARK).write_text("[]", encoding="utf-8")
    (site / "index.html").write_text("built by make site", encoding="utf-8")
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "-q"], cwd=tmp_path, check=True, capture_output=True)
    assert (site / "index.html").read_text(encoding="utf-8") == "built by make site"
    assert sorted(p.name for p in site.iterdir()) == ["index.html", MARK]
    refuse_foreign(site)
    assert "Home" in (tmp_path / "build" / "portal" / "index.html").read_text(encoding="utf-8")
