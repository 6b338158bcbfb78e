"""See and do on a review's page, in a browser, what a reviewer does."""

import json
import time

from reviewed_runs import TARGET
from written_runs import at

from projector.explain import RankedCandidate, Rivals

WAIT = 10  # seconds; on a machine that is busy with other tests


class Page:
    """What a reviewer sees and does."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, address, *, fresh=True):
        self.driver.get(address)
        if fresh:  # nothing is kept of an earlier test
            self.driver.execute_script("localStorage.clear()")
            self.driver.get("about:blank")
            self.driver.get(address)
        self.wait(lambda: self.texts(".queue-row"))
        return self

    def wait(self, condition):
        end = time.monotonic() + WAIT
        while not (seen := condition()):
            assert time.monotonic() < end, "it did not come"
            time.sleep(0.02)
        return seen

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def one(self, selector):
        return self.driver.find_element("css selector", selector)

    def texts(self, selector):
        script = "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)"
        return self.driver.execute_script(script, selector)

    def words(self, selector):
        return "".join(self.texts(selector))

    def press(self, *keys):
        from selenium.webdriver import ActionChains
        from selenium.webdriver.common.keys import Keys

        for key in keys:
            actions = ActionChains(self.driver)
            *held, last = key.split("+") if len(key) > 1 else [key]
            for one in held:
                actions.key_down(getattr(Keys, one))
            actions.send_keys(getattr(Keys, last, last))
            for one in held:
                actions.key_up(getattr(Keys, one))
            actions.perform()

    def choose(self, document, mention):
        """Select a mention, whatever is listed."""
        self.one('.kind[data-kind="all"]').click()
        places = self.texts(".queue-row .where")
        (number,) = [
            number
            for number, where in enumerate(places)
            if where.endswith(f" {document} {mention}")
        ]
        self.click_row(number)
        self.wait(lambda: self.selected(f"{document} {mention}"))
        self.driver.execute_script("document.getElementById('list').focus()")

    def click_row(self, number):
        """Click into the list where a row is: the row itself may be drawn anew meanwhile."""
        from selenium.webdriver import ActionChains

        box = self.one("#list")
        top = number * 76 + 38 - box.size["height"] // 2
        ActionChains(self.driver).move_to_element_with_offset(box, 0, top).click().perform()

    @property
    def now(self):
        return self.words("#now")

    def selected(self, name):
        return self.words("#document-name") + " " + self.words("#mention .id") == name

    def kept(self):
        """Return the corrections that the browser keeps, once they are there."""
        time.sleep(0.4)
        script = "return Object.entries(localStorage).map(([key, value]) => value)"
        (content,) = self.driver.execute_script(script) or ["{}"]
        return json.loads(content).get("corrections", [])


def stated_rivals(document, models, wanted):
    """Return the two spans that T3 could have, as the model would rank them."""
    if document.source.name == "caso-b":
        return {}
    spans = [at(TARGET, words)[0] for words in ("chest pain", "chest")]
    ranked = tuple(
        RankedCandidate(
            TARGET[one.start : one.end], one.start, one.end, total, share, {"edges": 2.5}
        )
        for one, total, share in zip(spans, (3.2, 2.9), (0.45, 0.35), strict=True)
    )
    return {"T3": Rivals((ranked,), 0.5)}
