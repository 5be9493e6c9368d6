"""How predictions and reports look, at two widths, in light and in dark; pictures of it in ``screenshots/``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenNotebook
from tests.browser.test_checks import CHECK, IMPORT, RIGHT, SINGLE_RECV
from tests.browser.test_predictions import ASK, ASK_NUMBER
from tests.own_network import needs_namespaces

SCREENSHOTS = Path(__file__).parent / "screenshots"
CELLS = [IMPORT, ASK, "check(recv_count)", ASK_NUMBER, SINGLE_RECV, CHECK, RIGHT, CHECK, "print(check(send_all))"]
OURS = ".sl-report, .sockets-lab-prediction"
LEAST_CONTRAST = 4.5  # Web Content Accessibility Guidelines 2.2, 1.4.3, for text of ordinary size

TOO_WIDE = """
ours => [...document.querySelectorAll(ours)].flatMap(root => [root, ...root.querySelectorAll("*")])
  .filter(element => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== "inline")
  .map(element => element.outerHTML.slice(0, 100))
"""

# The contrast of each text with what lies behind it, by the guidelines' formula.
TOO_FAINT = """
([ours, least]) => {
  const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const over = ([r, g, b, a = 1], below) => [r, g, b].map((part, i) => part * a + below[i] * (1 - a));
  function behind(element) {
    if (!element) return [255, 255, 255];
    const color = parse(getComputedStyle(element).backgroundColor);
    return color.length === 3 ? color : over(color, behind(element.parentElement));
  }
  function opacity(element) {
    return element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1;
  }
  function luminance(color) {
    const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = color.map((part) => linear(part / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return [...document.querySelectorAll(ours)].flatMap((root) => [...root.querySelectorAll("*")])
    .filter((element) => element.tagName !== "STYLE" && hasText(element) && element.checkVisibility())
    .map((element) => {
      const below = behind(element);
      const [r, g, b, a = 1] = parse(getComputedStyle(element).color);
      const lights = [over([r, g, b, a * opacity(element)], below), below].map(luminance).sort((x, y) => y - x);
      return [(lights[0] + 0.05) / (lights[1] + 0.05), element.textContent.trim().slice(0, 60)];
    })
    .filter(([contrast]) => contrast < least);
}
"""


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 800)])
def test_nothing_is_cut_off_or_faint(open_notebook: OpenNotebook, width: int, scheme: str) -> None:
    notebook = open_notebook(CELLS, viewport={"width": width, "height": 3000}, color_scheme=scheme)
    for cell in (0, 1):
        notebook.run(cell)
    notebook.cell(1).get_by_role("radio", name="once or twice").click()
    for cell in range(2, len(CELLS)):
        notebook.run(cell)
    notebook.output(5).get_by_text("Show hint 2 of 3").first.click()
    expect(notebook.page.locator("body")).to_have_attribute(
        "data-jp-theme-light", "true" if scheme == "light" else "false"
    )
    SCREENSHOTS.mkdir(exist_ok=True)
    notebook.scroll_to_top()
    notebook.page.screenshot(path=SCREENSHOTS / f"lesson-{scheme}-{width}.png")
    assert notebook.page.evaluate(TOO_WIDE, OURS) == []
    assert notebook.page.evaluate(TOO_FAINT, [OURS, LEAST_CONTRAST]) == []


@needs_namespaces
def test_a_failing_check_draws_its_packets_as_a_ladder(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([IMPORT, SINGLE_RECV, CHECK])
    for cell in (0, 1):
        notebook.run(cell)
    report = notebook.run(2)
    ladder = report.get_by_role("img", name=re.compile("^Ladder of . packets: your code, peer")).first
    expect(ladder).to_be_hidden()
    report.get_by_text("The packets", exact=True).first.focus()
    notebook.page.keyboard.press("Enter")
    expect(ladder).to_be_visible()
    box = ladder.bounding_box()
    assert box is not None
    assert box["width"] > 400
    assert box["height"] > 100
    SCREENSHOTS.mkdir(exist_ok=True)
    notebook.page.screenshot(path=SCREENSHOTS / "report-ladder.png")
