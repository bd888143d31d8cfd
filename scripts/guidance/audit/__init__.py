"""Other people's pages, read for what they say of the guidance: references, quotations, names out of use."""

from typing import Literal

ReportForm = Literal["table", "html", "csv", "json", "sarif"]
FailOn = Literal["stale", "any", "never"]
