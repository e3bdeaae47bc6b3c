"""Every reader on the menu loads and takes a source."""

from __future__ import annotations

import inspect

import pytest

from prognome.read.catalog import READERS


def test_the_menu_offers_tables_and_vcf() -> None:
    assert READERS.names[:2] == ("table", "vcf")


@pytest.mark.parametrize("name", READERS.names)
def test_every_reader_has_the_same_signature(name: str) -> None:
    signature = inspect.signature(READERS.find(name, where="test").load())
    assert list(signature.parameters) == ["source", "text"]
    assert signature.parameters["text"].kind is inspect.Parameter.KEYWORD_ONLY
