"""The ladder's live form alone: what it draws, and how it answers the mouse and the keyboard."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import sockets_lab.widgets
from sockets_lab.ladder.building import ladder_of
from sockets_lab.ladder.data import as_data
from sockets_lab.ladder.recording import Recorded
from sockets_lab.widgets.assets import asset
from tests.ladder.recordings import ACK, PSH, Talk, five_packets, many_packets, trouble

STYLE = Path(sockets_lab.widgets.__file__).with_name("ladder.css").read_text(encoding="utf-8")
LOAD = """
async ([code, css, data]) => {
  const style = document.createElement("style");
  style.textContent = css;
  document.head.append(style);
  const view = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const el = document.createElement("div");
  document.body.append(el);
  await view.default.render({ model: { get: () => data, widget_manager: {} }, el });
  return Number(el.dataset.drawnInMs);
}
"""
OVERLAPS = """
() => {
  const texts = [...document.querySelectorAll(".sl-ms, .sl-code, .sl-label, .sl-words, .sl-state, .sl-run")]
    .filter((one) => one.textContent)
    .map((one) => {
      const range = document.createRange();
      range.selectNodeContents(one);
      const box = one.matches(".sl-state, .sl-run") ? one.getBoundingClientRect() : range.getBoundingClientRect();
      const lane = one.getBoundingClientRect(); // what does not fit in is cut
      const seen = one.closest(".sl-scroll").getBoundingClientRect();
      if (box.bottom > seen.bottom) return { text: "", box: { left: 0, right: 0, top: 0, bottom: 0 } };
      const [left, right] = [Math.max(box.left, lane.left), Math.min(box.right, lane.right)];
      return { text: one.textContent, box: { left, right, top: box.top, bottom: box.bottom } };
    });
  const found = [];
  texts.forEach(({ text, box }, at) => {
    for (const other of texts.slice(at + 1)) {
      const b = other.box;
      if (box.left < b.right - 1 && b.left < box.right - 1 && box.top < b.bottom - 1 && b.top < box.bottom - 1) {
        found.push([text, other.text]);
      }
    }
  });
  return found;
}
"""

Draw = Callable[[Recorded], float]


@pytest.fixture
def draw(page: Page) -> Draw:
    """Draw a recording in the page; the milliseconds that it took."""

    def draw_it(recorded: Recorded) -> float:
        text = json.dumps(as_data(ladder_of(recorded)))
        packed = base64.b64encode(gzip.compress(text.encode())).decode()
        return float(page.evaluate(LOAD, [asset("keep.js", "ladder.js"), STYLE, packed]))

    return draw_it


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('aria-label')"))


def test_each_packet_says_who_what_and_in_which_state(page: Page, draw: Draw) -> None:
    draw(five_packets())
    options = page.get_by_role("option")
    expect(options).to_have_count(5)
    expect(options.first).to_have_attribute(
        "aria-label",
        "Code: 1: sock.connect(server.address). Packet 1, your client to echo server: SYN. asks for a connection. "
        "your client is SYN_SENT. echo server is LISTEN. ",
    )


def test_pointing_at_a_packet_shows_its_fields_and_bytes(page: Page, draw: Draw) -> None:
    draw(five_packets())
    details = page.get_by_role("status")
    expect(details).to_contain_text("Point at a packet")
    page.get_by_role("option").nth(3).hover()
    expect(details).to_contain_text('#4 PSH ACK 5 bytes "hello"')
    expect(details).to_contain_text("port 49152 > port 8080")
    expect(details).to_contain_text("68 65 6c 6c 6f")
    page.mouse.move(0, 0)
    page.mouse.move(5, 900)
    expect(details).to_contain_text("Point at a packet")


def test_the_keyboard_walks_from_packet_to_packet(page: Page, draw: Draw) -> None:
    draw(five_packets())
    page.keyboard.press("Tab")
    assert "Packet 1," in focused(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert "Packet 3," in focused(page)
    expect(page.get_by_role("status")).to_contain_text("#3 ACK")
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    assert "Packet 5," in focused(page)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")
    assert "Packet 1," in focused(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("status")).to_contain_text("Point at a packet")


def test_plain_keys_stay_in_the_ladder_and_others_reach_the_notebook(page: Page, draw: Draw) -> None:
    draw(five_packets())
    page.evaluate("window.heard = []; document.addEventListener('keydown', (event) => heard.push(event.key))")
    page.get_by_role("option").first.focus()
    for key in ("ArrowDown", "Enter", "d", "Escape", "Control+s", "Shift+Enter"):
        page.keyboard.press(key)
    assert page.evaluate("heard") == ["Control", "s", "Shift", "Enter"]


def test_enter_opens_a_folded_run_and_escape_closes_it(page: Page, draw: Draw) -> None:
    draw(many_packets(50))
    fold = page.get_by_role("option").nth(3)
    expect(fold).to_have_attribute("aria-expanded", "false")
    fold.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("option")).to_have_count(51)
    assert "30 segments of data" in focused(page)
    page.keyboard.press("ArrowDown")
    assert "Packet 4," in focused(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(7)
    assert "30 segments of data" in focused(page)
    page.get_by_role("option").nth(3).click()
    expect(page.get_by_role("option")).to_have_count(51)


@pytest.mark.parametrize("width", [1280, 800, 620, 380])
def test_nothing_overlaps_or_makes_the_page_wider(page: Page, draw: Draw, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 1200})
    for recorded in (five_packets(), trouble(), many_packets(50)):
        draw(recorded)
    page.wait_for_function("document.querySelectorAll('.sl-arrows path').length > 20")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OVERLAPS) == []


def test_arrows_end_where_the_lifelines_are(page: Page, draw: Draw) -> None:
    draw(five_packets())
    box = page.locator(".sl-arrows .sl-arrow").nth(3).bounding_box()
    label = page.locator(".sl-label").nth(3).bounding_box()
    names = [one.bounding_box() for one in page.locator(".sl-name").all()]
    assert box and label and names[0] and names[1]
    assert abs(box["x"] - (names[0]["x"] + names[0]["width"] / 2)) < 4
    assert abs(box["x"] + box["width"] - (names[1]["x"] + names[1]["width"] / 2)) < 4
    assert 0 < box["y"] + box["height"] / 2 - (label["y"] + label["height"] / 2) < 25


def test_500_packets_are_drawn_soon_folded_and_open(page: Page, draw: Draw) -> None:
    folded_ms = draw(many_packets(500))
    began = page.evaluate("performance.now()")
    page.get_by_role("option").nth(3).click()
    expect(page.get_by_role("option")).to_have_count(501)
    open_ms = page.evaluate("performance.now()") - began
    print(f"500 packets: folded {folded_ms:.0f} ms, opened {open_ms:.0f} ms with the click")
    assert folded_ms < 5000 and open_ms < 10_000  # a second each on an idle machine


def test_bytes_of_strangers_are_shown_as_text(page: Page, draw: Draw) -> None:
    talk = Talk()
    talk.handshake()
    talk.send("client", PSH | ACK, b"<img src=x onerror=alert(1)>")
    talk.call("send", "<script>alert(2)</script>")
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    draw(talk.recorded(missing=("<b>bold</b>",)))
    page.get_by_role("option").last.hover()
    expect(page.get_by_role("status")).to_contain_text("<img src=x")
    assert page.locator("img, script, .sockets-lab-ladder .sl-note b").count() == 0
    assert alerts == []


def test_the_whole_is_there_as_a_table_too(page: Page, draw: Draw) -> None:
    draw(trouble())
    page.get_by_text("The same as a table").click()
    expect(page.locator(".sl-table pre")).to_contain_text("drop(first=SYN)")
