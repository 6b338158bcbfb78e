"""Drive a real Chromium, where there is one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def why_no_chromium() -> str:
    """Return what is missing to drive Chromium, nothing if all is there."""
    try:
        import selenium  # noqa: F401
    except ImportError:
        return "selenium is not installed: pip install 'projector[dev]'"
    if not any(map(shutil.which, BROWSERS)):
        return "there is no Chromium: apt install chromium"
    return "" if shutil.which("chromedriver") else "there is no chromedriver: apt install it"


@contextmanager
def chromium(folder: Path, *, width: int = 1480, height: int = 940) -> Iterator[Any]:
    """Open a headless Chromium that downloads to `folder`; nothing is left of it at the end."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = next(filter(None, map(shutil.which, BROWSERS)))
    for argument in (
        "--headless=new",
        "--no-sandbox",  # as root, in containers
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--hide-scrollbars",
        "--force-color-profile=srgb",
        f"--window-size={width},{height}",
        f"--user-data-dir={folder / 'profile'}",
    ):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"download.default_directory": str(folder)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = Service(shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    try:
        yield driver
    finally:
        driver.quit()


def set_dark(driver: Any, dark: bool) -> None:
    """Let pages believe that the user prefers dark colours, or light ones."""
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


def console_errors(driver: Any) -> list[str]:
    """Return what the page's console tells of errors and refusals since it was asked last."""
    return [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
