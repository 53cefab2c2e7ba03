"""A page of our own scripts that a route answers: no server, no database."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, Route

SCRIPTS = Path(__file__).resolve().parents[2] / "static" / "js"
HOUSE = "http://house.test"


def show(page: Page, body: str, *scripts: str, path: str = "/") -> None:
    """Open a page of these scripts, as the strict policy allows them: files only."""
    tags = "".join(f'<script src="/static/js/{name}.js" defer></script>' for name in scripts)
    html = f'<!doctype html><html lang="vi"><head><title>t</title>{tags}</head>{body}</html>'

    def answer(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[-1]
        if name.endswith(".js"):
            route.fulfill(body=(SCRIPTS / name).read_text(), content_type="text/javascript")
        else:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")

    page.unroute_all()
    page.route("**/*", answer)
    page.goto(HOUSE + path)
