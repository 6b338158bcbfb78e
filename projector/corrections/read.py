"""Read what people say of a run's projections, strictly."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from projector.errors import CorpusError, Problem
from projector.storage.strict_json import STRICT, fault
from schemas.corrections import Corrections
from schemas.validation import faults


def read_corrections(path: Path | str) -> Corrections:
    """Read a file of corrections.

    Raises:
        CorpusError: It can't be read, or holds no corrections; every fault is told with its entry,
            counted from 0 as in `corrections.3.new`.
    """
    path = Path(path)
    try:
        content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
        json.loads(content.decode("utf-8"), **STRICT)
        return Corrections.model_validate_json(content)
    except OSError as error:
        found = f"it can't be read ({error.strerror})"
        raise CorpusError(Problem(path, None, found, "a file of corrections")) from error
    except ValidationError as error:
        told = faults(error, contract=Corrections).replace(": Value error, ", ": ").splitlines()
        raise CorpusError(*(Problem(path, None, line) for line in told)) from error
    except UnicodeDecodeError as error:
        found = f"its byte {error.start} is no UTF-8"
        raise CorpusError(Problem(path, None, found, "JSON in UTF-8")) from error
    except (ValueError, RecursionError) as error:
        found = f"it is no JSON: {fault(error)}"
        raise CorpusError(Problem(path, None, found, "a file of corrections")) from error
