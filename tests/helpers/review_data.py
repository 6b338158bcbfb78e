"""Read the data of a review back from its page or its files."""

import json
import re

_BLOCK = re.compile(r'<script type="application/json" data-key="([^"]+)">(.*?)</script>', re.DOTALL)
_CALL = re.compile(r'projectorReview\.receive\("([^"]+)",(.*)\);\n', re.DOTALL)


def review_data(folder):
    """Return all data of a review by its keys."""
    page = (folder / "index.html").read_text(encoding="utf-8")
    blocks = dict(_BLOCK.findall(page))
    for path in (folder / "data").glob("*.js"):
        key, content = _CALL.fullmatch(path.read_text(encoding="utf-8")).groups()
        assert path.stem == key
        blocks[key] = content
    return {key: json.loads(content) for key, content in blocks.items()}
