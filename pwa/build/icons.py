"""Draws the PNG icons of public/icons from icon.svg with the browser: `.venv/bin/python pwa/build/icons.py`."""

import asyncio
from pathlib import Path

from playwright.async_api import async_playwright

ICONS = Path(__file__).parent.parent / "public" / "icons"
GLYPHS = {
    "form": '<path d="M30 20h26l12 12v44H30z M56 20v13h12 M38 46h22 M38 58h22"/>',
    "outbox": '<path d="M48 22v34 M34 36l14-14 14 14 M24 54v18h48V54"/>',
    "alert": '<path d="M48 22c-12 0-19 9-19 20v14l-6 9h50l-6-9V42c0-11-7-20-19-20z M41 72a7 7 0 0 0 14 0"/>',
}
SHORTCUT = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><circle cx="48" cy="48" r="48" fill="#0a5a50"/>'
    '<g fill="none" stroke="#fbf8f1" stroke-width="5" stroke-linecap="round" stroke-linejoin="round">{}</g></svg>'
)
BADGE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512"><g fill="none" stroke="#fff" stroke-width="40" '
    'stroke-linecap="round" stroke-linejoin="round">'
    '<path d="M96 64h320a40 40 0 0 1 40 40v224a40 40 0 0 1-40 40H256l-110 84v-84H96'
    'a40 40 0 0 1-40-40V104a40 40 0 0 1 40-40z"/>'
    '<path d="M130 180c42-36 84-36 126 0s84 36 126 0"/><path d="M130 270c42-36 84-36 126 0s84 36 126 0"/></g></svg>'
)


async def draw() -> None:
    """Writes every PNG; sizes in pixels are in the names."""
    icon = (ICONS / "icon.svg").read_text()
    square = icon.replace('rx="116"', 'rx="0"')
    padded = square.replace('viewBox="0 0 512 512"', 'viewBox="-64 -64 640 640"').replace(
        '<rect width="512" height="512"', '<rect x="-64" y="-64" width="640" height="640"'
    )
    jobs = [("icon-192", icon, 192), ("icon-512", icon, 512), ("maskable-512", padded, 512), ("apple-180", square, 180)]
    jobs += [("badge-96", BADGE, 96)]
    jobs += [(f"shortcut-{name}-96", SHORTCUT.format(glyph), 96) for name, glyph in GLYPHS.items()]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, svg, size in jobs:
            page = await browser.new_page(viewport={"width": size, "height": size})
            style = f"*{{margin:0}}svg{{display:block;width:{size}px;height:{size}px}}"
            await page.set_content(f"<style>{style}</style>{svg}")
            await page.screenshot(path=ICONS / f"{name}.png", omit_background=True)
            await page.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(draw())
