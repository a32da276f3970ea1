"""A bulk report as a page of its own: one file that is shown, printed, saved and mailed, without any script.

Its style sheet stands in it and is named by its digest in the page's own content policy, so that a saved copy looks
the same and nothing else that may have found its way in is obeyed.
"""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from service.core.bulk_report import BulkReport
from service.core.jobs import ENDED, JobStatus, Order
from service.web.report.pictures import Pictures
from service.web.report.sections import cost, foot, head, headline, rest, review, rules, scores

_CSS = Path(__file__).with_name("report.css")
_ICON = '<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path d="M4 5h24v17H15l-6 6v-6H4z"/><path class="tick" d="m10 13.5 4 4 8-8"/></svg>'


@cache
def _style() -> str:
    return _CSS.read_text(encoding="utf-8")


@cache
def style_source() -> str:
    """The page's own style sheet as a source of a content policy: its digest."""
    return f"'sha256-{b64encode(sha256(_style().encode()).digest()).decode()}'"


def content_policy() -> str:
    """The content policy of the page: its own style sheet, and nothing else at all."""
    return f"default-src 'none'; style-src {style_source()}; base-uri 'none'; form-action 'none'"


def report_data(
    report: BulkReport,
    titles: Mapping[str, str],
    order: Order,
    *,
    job_id: str | None = None,
    status: JobStatus = "completed",
    created_at: str | None = None,
    finished_at: str | None = None,
) -> dict[str, Any]:
    """A report with what was ordered: the JSON of the contract. `titles` are those of the policy's rules."""
    told = report.told(titles)
    return {
        "id": job_id,
        "status": status,
        "filename": order.filename,
        "format": order.format,
        "policy": order.policy,
        "mode": order.mode,
        "engine": order.engine,
        "dry_run": order.dry_run,
        "created_at": created_at,
        "finished_at": finished_at,
        **told,
        "partial": told["partial"] or status not in ENDED,
    }


def report_page(report: Mapping[str, Any]) -> str:
    """The page of a report (the JSON of the contract); whatever a caller wrote is text in it and nothing more."""
    pictures = Pictures()
    title = f"话术体检报告 · {report['filename']}" if report["filename"] else "话术体检报告"
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(content_policy())}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{_style()}</style></head><body><main>"
        + head(report, _ICON)
        + headline(report, pictures)
        + review(report)
        + scores(report, pictures)
        + rules(report)
        + cost(report)
        + rest(report)
        + "</main>"
        + foot(report)
        + "</body></html>"
    )
