"""The inbox of the local shop: what a mail says is shown, and does nothing."""

from html.parser import HTMLParser

import pytest

from tools.shop import inbox, pages

HOSTILE = "'><script>fetch('/_inbox')</script><form action='/x'><img src='https://x.example/seen.png'>"


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def of(self, name):
        return [attributes for tag, attributes in self.found if tag == name]


def message(**changes):
    return {"To": ["ann@shop.example"], "Subject": "S", "BodyText": "T", "BodyHtml": "<p>H", "Timestamp": 1} | changes


def page(**changes):
    return Tags(inbox.page([inbox.mail(message(**changes), "ann@shop.example")]))


def test_a_mail_is_shown_as_text_and_as_html():
    shown = inbox.page([inbox.mail(message(), "ann@shop.example")])

    assert "<pre>T</pre>" in shown
    assert [frame["srcdoc"] for frame in Tags(shown).of("iframe")] == [inbox.BASE + "<p>H"]


@pytest.mark.parametrize("part", ["Subject", "BodyText", "BodyHtml"])
def test_what_a_mail_says_is_never_part_of_the_page(part):
    shown = page(**{part: HOSTILE})

    assert [shown.of(tag) for tag in ("script", "form", "img")] == [[], [], []]


def test_the_frame_of_a_mail_may_only_open_links():
    (frame,) = page(BodyHtml=HOSTILE).of("iframe")

    assert (frame["sandbox"], frame["srcdoc"]) == ("allow-popups allow-popups-to-escape-sandbox", inbox.BASE + HOSTILE)
    assert "default-src 'none'" in pages.PLAIN_POLICY  # which a frame without an address of its own takes over


def test_a_mail_without_html_has_no_frame():
    assert page(BodyHtml="").of("iframe") == []


def test_links_are_those_of_the_text_and_of_the_html_each_once():
    text, markup = (
        "Go to https://a.example/x?t=1.",
        "<a href='https://a.example/x?t=1'>x</a><a href='https://b.example'>",
    )

    found = inbox.mail(message(BodyText=text, BodyHtml=markup), "ann@shop.example")["links"]

    assert found == ["https://a.example/x?t=1", "https://b.example"]
