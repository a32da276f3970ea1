"""axe-core's opinion of a page: what shuts somebody out."""

from functools import cache
from importlib.resources import files

from playwright.async_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _script() -> str:
    """The checker, as its package ships it."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


async def violations(page: Page) -> list[tuple[str, list[str]]]:
    """Each rule that the page breaks, with the beginnings of the elements that break it."""
    await page.evaluate(_script())
    found = await page.evaluate(
        "(tags) => axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })",
        RULES,
    )
    return [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found["violations"]]
