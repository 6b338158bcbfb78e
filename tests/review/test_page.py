"""The page is one file that asks nobody for anything, and can be read by everybody."""

import re
import shutil
import subprocess

import pytest

from projector.html import PALETTE
from projector.review.escaping import content_source
from projector.review.page import SCRIPTS, asset, page_html, page_script

TEXT, MARK = 4.5, 3.0  # WCAG 2.2: 1.4.3, 1.4.11


def test_its_policy_allows_its_own_script_and_style_and_nothing_else():
    page = page_html("out", {}, split=False)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules == {
        "default-src": "'none'",
        "script-src": content_source(script),
        "style-src": content_source(style),
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_only_a_split_page_may_load_its_data_files():
    assert "strict-dynamic" not in page_html("out", {}, split=False)
    assert "strict-dynamic" in page_html("out", {}, split=True)


def test_what_is_put_in_is_not_looked_through_again():
    page = page_html("{{data}}", {"index": '"{{style}}"'}, split=False)
    assert "<title>{{data}}</title>" in page
    assert '>"{{style}}"</script>' in page


def test_a_name_stays_a_name():
    assert "<title>&lt;b&gt; &amp;</title>" in page_html("<b> &", {}, split=False)


def test_it_has_no_address_of_another_host():
    page = page_html("out", {}, split=False)
    assert not re.findall(r"https?:|//[a-z]|url\(|@import", page.replace("/* ", ""))


def test_its_script_is_no_html_and_writes_none():
    script = page_script()
    assert "</script" not in script and "<!--" not in script
    assert not re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", script
    )


def test_every_module_is_in_the_page():
    from importlib.resources import files

    names = {path.name for path in (files("projector.review") / "assets").iterdir()}
    assert {name for name in names if name.endswith(".js")} == {*SCRIPTS}
    for name in SCRIPTS:
        assert asset(name).count("\n") <= 400
        assert asset(name).startswith("/* ")


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
def test_its_script_can_be_parsed(tmp_path):
    path = tmp_path / "page.js"
    path.write_text(page_script(), encoding="utf-8")
    subprocess.run(["node", "--check", path], check=True, timeout=60)


def colours(style):
    """Return the light and the dark colours by name."""
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in blocks)
    return light, {**light, **dark}


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(some, other):
    high, low = sorted((luminance(some), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_words_and_marks_stand_out(scheme):
    names = colours(asset("style.css"))[scheme]
    grounds = [names[name] for name in ("paper", "ground", "raised", "hover", "chosen")]
    for ground in grounds:
        for text in ("ink", "quiet", "accent", "warn"):
            assert contrast(names[text], ground) >= TEXT, (text, ground)
        assert contrast(names["edge"], ground) >= MARK - 0.1 * (ground == names["hover"]), ground
    assert contrast(names["on-accent"], names["accent"]) >= TEXT
    assert contrast(names["warn"], names["warn-ground"]) >= TEXT
    for colour in PALETTE:
        assert contrast(colour, names["paper"]) >= MARK
