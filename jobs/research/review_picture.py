"""Take a picture of a review's page, as a reviewer sees it in Chromium."""

from __future__ import annotations

import base64
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.errors import ConfigurationError

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_WAIT = 20.0  # seconds until the page must be there


def open_browser(profile: Path, width: int, height: int, *, dark: bool) -> Chrome:
    """Start a headless Chromium; whoever starts it ends it by `quit`.

    Raises:
        ConfigurationError: There is none.
    """
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    browser, driver = next(filter(None, map(shutil.which, _BROWSERS)), None), "chromedriver"
    if browser is None or shutil.which(driver) is None:
        raise ConfigurationError("a picture needs chromium and chromedriver: install them")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in (
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
        *("--force-color-profile=srgb", f"--window-size={width},{height}"),
        f"--user-data-dir={profile}",
    ):
        options.add_argument(argument)
    chrome = webdriver.Chrome(options=options, service=Service(shutil.which(driver)))
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    return chrome


def take_picture(chrome: Chrome, address: str, keys: str, form: str) -> bytes:
    """Open a page, press keys one after the other, and return what is seen: `png` or `webp`.

    Raises:
        ConfigurationError: The page shows nothing.
    """
    from selenium.webdriver import ActionChains

    chrome.get(address)
    end = time.monotonic() + _WAIT
    while not chrome.find_elements("css selector", ".queue-row"):
        if time.monotonic() > end:
            raise ConfigurationError(f"{address}: no queue came in {_WAIT:.0f} s")
        time.sleep(0.05)
    for key in keys:
        ActionChains(chrome).send_keys(key).perform()
        time.sleep(0.2)
    taken = chrome.execute_cdp_cmd("Page.captureScreenshot", {"format": form, "quality": 92})
    return base64.b64decode(taken["data"])


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("review", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("output", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--language", default="", help="The translation's; by default the first.")
@click.option("--keys", default="", help="What is pressed before the picture is taken: jj2.")
@click.option("--size", type=(int, int), default=(1440, 860), show_default=True, help="In pixels.")
@click.option("--dark", is_flag=True, help="In dark colours.")
def main(
    review: Path, output: Path, language: str, keys: str, size: tuple[int, int], dark: bool
) -> None:
    """Take a picture of the page in the folder REVIEW as OUTPUT, a PNG or WebP by its name.

    Units are pixels, nothing is measured. It needs Chromium, its driver and selenium.

    \b
    Example:
      python -m jobs.research.review_picture review review.webp --language en --keys jjjjj2
    """
    from projector.storage.atomic_file import atomic_write

    address = (review / "index.html").absolute().as_uri() + (f"#{language}" if language else "")
    form = "webp" if output.suffix == ".webp" else "png"
    with tempfile.TemporaryDirectory() as profile:
        chrome = open_browser(Path(profile), *size, dark=dark)
        try:
            picture = take_picture(chrome, address, keys, form)
        finally:
            chrome.quit()
    atomic_write(output, picture)


if __name__ == "__main__":
    main()
