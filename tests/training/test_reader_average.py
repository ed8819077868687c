"""Readers made one by the mean of their weights."""

from __future__ import annotations

import pytest
import torch

from retrieval.errors import KiosqueError
from training.reader_average import average


def test_each_tensor_is_the_mean_and_keeps_its_type() -> None:
    one = {"model": {"w": torch.tensor([1.0, 2.0]), "n": torch.tensor([3])}, "plan": {"seed": 1}}
    two = {"model": {"w": torch.tensor([2.0, 6.0]), "n": torch.tensor([3])}, "plan": {"seed": 2}}
    made = average([one, two])
    assert made["model"]["w"].tolist() == [1.5, 4.0]
    assert made["model"]["n"].tolist() == [3]
    assert made["model"]["n"].dtype == torch.int64
    assert made["plan"] == {"seed": 2}


def test_readers_of_different_shapes_have_no_mean() -> None:
    with pytest.raises(KiosqueError, match="different layers"):
        average([{"model": {"w": torch.zeros(2)}, "plan": {}}, {"model": {"w": torch.zeros(3)}, "plan": {}}])
    with pytest.raises(KiosqueError, match="different layers"):
        average([{"model": {"w": torch.zeros(2)}, "plan": {}}, {"model": {"v": torch.zeros(2)}, "plan": {}}])
