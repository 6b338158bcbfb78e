"""Stand in for a process of its own."""

from contextlib import chdir


class CallHere:
    """What `Child` is, without a process of its own, which takes seconds to load what is here."""

    def __init__(self, function, *arguments, what="") -> None:
        self._value, self._error = None, None
        try:
            with chdir("."):
                self._value = function(*arguments)
        except Exception as error:
            self._error = error

    def result(self):
        if self._error is not None:
            raise self._error
        return self._value

    def answers(self, *, within) -> bool:
        return True

    def end(self) -> None:
        pass
