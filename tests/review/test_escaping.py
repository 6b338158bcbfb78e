"""What data holds of HTML, of comments and of line ends stays data."""

import json

from hypothesis import given
from hypothesis import strategies as st

from projector.review.escaping import content_source, script_json

HOSTILE = ["</script>", "</SCRIPT ", "<!--", "<script>", "]]>", "-->", "\u2028", "\u2029", "&lt;"]


@given(st.recursive(st.text() | st.sampled_from(HOSTILE), lambda inner: st.lists(inner)))
def test_it_is_the_same_data_and_no_tag(value):
    written = script_json({"value": value})
    assert json.loads(written) == {"value": value}
    assert not {*"<>&\u2028\u2029"} & {*written}


def test_a_policy_knows_content_by_its_hash():
    # printf 'alert(1)' | openssl dgst -sha256 -binary | base64
    expected = "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"
    assert content_source("alert(1)") == expected
