"""A small random encoder with views, and what it searches."""

import pytest
from viewed_encoders import write_viewed_encoder

from projector.concepts.token_concepts import TokenConcepts
from projector.document import Document

TEXTS = {
    "a": "el paciente tose.\nno hay dolor.\n\nla piel es roja.",
    "b": "  \n",
    "c": "dolor de cabeza",
    "d": "el dolor cede.\nno tose.",
}


@pytest.fixture(scope="session")
def searching(checkpoints, tmp_path_factory):
    """The folder of a small random encoder with views."""
    folder = tmp_path_factory.mktemp("searching") / "encoder"
    return write_viewed_encoder(checkpoints / "bert", folder)


@pytest.fixture(scope="session")
def encoder(searching):
    return TokenConcepts.load(searching, device="cpu")


@pytest.fixture
def documents():
    return [Document(name, "es", text) for name, text in TEXTS.items()]
