"""Costs: that what is spent is seen, and that what was spent before is not."""

import subprocess
import sys
import time

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from prognome.validate import cost
from prognome.validate.cost import measured, size_kb

MB = 125_000  # float64 numbers


def exact() -> bool:
    return cost._reset_peak()


def spin(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def peaks(code: str) -> list[float]:
    """What a fresh process prints: one that ran for long holds free memory, which is used again unseen."""
    if not exact():
        pytest.skip("this system does not say peak memory of a moment")
    head = f"import numpy as np\nfrom prognome.validate.cost import measured\nMB = {MB}\n"
    said = subprocess.run([sys.executable, "-c", head + code], capture_output=True, text=True, check=True)
    return [float(word) for word in said.stdout.split()]


def test_two_hundred_megabytes_that_come_and_go_are_seen_once():
    first, second = peaks(
        "for size in (200, 20):\n"
        "    with measured() as meter:\n"
        "        block = np.ones(size * MB)\n"
        "        del block\n"
        "    print(meter.total.peak_mb)\n"
    )
    assert 195 < first < 260
    assert 15 < second < 80, "the earlier peak must not count again"


def test_memory_held_before_does_not_count():
    total, peak = peaks(
        "before = np.ones(150 * MB)\n"
        "with measured() as meter:\n"
        "    total = before.sum()\n"
        "print(total / MB, meter.total.peak_mb)\n"
    )
    assert total == 150
    assert peak < 50


def test_a_peak_in_an_early_lap_stays_in_the_total():
    first, second, total = peaks(
        "with measured() as meter:\n"
        "    block = np.ones(100 * MB)\n"
        "    del block\n"
        "    first = meter.lap()\n"
        "    second = meter.lap()\n"
        "print(first.peak_mb, second.peak_mb, meter.total.peak_mb)\n"
    )
    assert first > 95
    assert second < 50
    assert total > 95


def test_waiting_costs_no_processor_and_work_does():
    with measured() as meter:
        time.sleep(0.2)
        waited = meter.lap()
        spin(0.2)
        worked = meter.lap()
    assert waited.wall_seconds >= 0.2
    assert waited.cpu_seconds < 0.1
    assert worked.cpu_seconds >= 0.2
    assert meter.total.wall_seconds >= 0.4
    assert meter.total.cpu_seconds == pytest.approx(waited.cpu_seconds + worked.cpu_seconds, abs=0.05)


def test_the_total_stands_still_after_the_block_and_after_an_error():
    with pytest.raises(KeyError), measured() as meter:
        raise KeyError
    first = meter.total
    time.sleep(0.01)
    assert meter.total == first


def test_without_the_kernels_help_the_highest_ever_is_read(monkeypatch):
    monkeypatch.setattr(cost, "_reset_peak", lambda: False)
    ever = iter([100e6, 130e6, 130e6, 130e6])
    monkeypatch.setattr(cost, "_highest_ever", lambda: next(ever))
    with measured() as meter:
        lap = meter.lap()
    assert lap.peak_mb == pytest.approx(30)
    assert meter.total.peak_mb == pytest.approx(30)


def test_a_system_that_says_nothing_of_memory_gives_no_number_and_no_error(monkeypatch):
    monkeypatch.setattr(cost, "_reset_peak", lambda: False)
    monkeypatch.setattr(cost, "_highest_ever", lambda: float("nan"))
    with measured() as meter:
        pass
    assert np.isnan(meter.total.peak_mb)
    assert meter.total.wall_seconds >= 0


def test_the_size_is_that_of_the_saved_file_and_grows_with_the_model(tmp_path):
    from skops import io

    X = np.random.default_rng(0).normal(size=(100, 5))
    y = (X[:, 0] > 0).astype(int)
    small, large = LogisticRegression().fit(X, y), RandomForestClassifier(50, random_state=0).fit(X, y)
    import zipfile

    io.dump(large, tmp_path / "m.skops", compression=zipfile.ZIP_DEFLATED, compresslevel=6)
    assert size_kb(large) == pytest.approx((tmp_path / "m.skops").stat().st_size / 1000, rel=0.01)
    assert size_kb(small) < size_kb(large)


def test_a_model_that_cannot_be_saved_has_no_size():
    class Odd:
        def __getstate__(self):
            raise RuntimeError

    assert size_kb(Odd()) is None
