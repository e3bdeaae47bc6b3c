"""What the machine refuses: full disks, no permission, Ctrl-C; and what is already there stays there."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journey.desk import PROGNOME, Desk, Said

RULED = [
    "setpriv",
    "--bounding-set=-dac_override,-dac_read_search",
    "--inh-caps=-dac_override,-dac_read_search",
]


@pytest.fixture
def ruled() -> list[str]:
    """Words before a command that make permissions count even for root."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None or subprocess.run([*RULED, "true"], check=False).returncode:
        pytest.skip("root obeys permissions only with setpriv")
    return RULED


def limit(size: int) -> Callable[[], None]:
    """For the child to call: files may not grow beyond that (Python ignores SIGXFSZ, so writes fail)."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


# Full disks --------------------------------------------------------------------------------------------


def test_system_refuses_to_write_more(desk: Desk) -> None:
    """The smaller tables of the run fit, the report does not: the last file of all."""
    study = desk.ask()
    text = desk.refused(
        "run", study, "-o", desk.folder / "a" / "b" / "out", "--workers", 1,
        process=True, preexec_fn=limit(30_000),
    )  # fmt: skip
    assert "out: cannot be written; file too large" in text
    assert "ulimit -f" in text


def test_system_refuses_to_write_more_answers(desk: Desk, finished: Desk) -> None:
    arguments = ["predict", finished.out / "bundle", desk.table, "-o", desk.folder / "answers.tsv"]
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, hard))  # for this process; taken back at once
    try:
        said = desk.call(*arguments)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert said.status == 2
    assert "answers.tsv: cannot be written; file too large" in said.err
    assert {path.name for path in desk.folder.iterdir()} == {"patients.tsv"}


def test_disk_that_is_full(desk: Desk) -> None:
    """A real disk of 40 kB, mounted where only this child sees it; the clinic's run folder needs 150 kB."""
    small = desk.folder / "small"
    small.mkdir()
    script = (
        f'mount -t tmpfs -o size=40k tmpfs "{small}" || exit 77\n'
        f'{" ".join(PROGNOME)} run "{desk.ask()}" -o "{small}/deep/out" --workers 1\n'
        f'echo "status $?"; find "{small}" -mindepth 1'
    )
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("needs unshare")
    done = subprocess.run(
        [unshare, "-m", "sh", "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("may not mount a small disk here")
    assert "no space left on device. The disk is full: free some space" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == "status 2\n"  # and nothing is left on the disk


def test_full_stdout(finished: Desk) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGNOME, "predict", str(finished.out / "bundle"), str(finished.table)],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert "no space left on device" in done.stderr
    assert "Traceback" not in done.stderr


# Places that may not be written ------------------------------------------------------------------------


def test_places_where_nobody_can_write(desk: Desk, finished: Desk) -> None:
    study, bundle = desk.ask(), finished.out / "bundle"
    for place in (desk.table / "out", Path("/proc/prognome/out")):
        assert f"{place}: cannot be written" in desk.refused("run", study, "-o", place, "--workers", 1)
        assert f"{place}: cannot be written" in desk.refused("predict", bundle, desk.table, "-o", place)
        assert f"{place}: cannot be written" in desk.refused("init", desk.table, "-t", "ill", "-o", place)
    assert "is a file, not a folder" in desk.refused("run", study, "-o", desk.table)


def test_folder_and_file_without_permission(desk: Desk, ruled: list[str]) -> None:
    study = desk.ask()
    locked = desk.folder / "locked"
    locked.mkdir(mode=0o555)
    text = desk.refused("run", study, "-o", locked / "out", process=True, before=ruled)
    assert f"{locked / 'out'}: cannot be written; no permission. Choose a folder of your own with -o." in text
    secret = desk.put(desk.frame, "secret.tsv")
    before = desk.standing()
    secret.chmod(0)
    said = desk.process("init", secret, "-t", "ill", "-o", desk.folder / "new.yaml", before=ruled)
    assert said.status == 2
    assert f"{secret}: you may not read this file. Ask its owner" in said.err
    secret.chmod(0o600)
    assert {*desk.standing()} == {*before}


# What is already there ---------------------------------------------------------------------------------


@pytest.fixture
def settled(desk: Desk, finished: Desk) -> Desk:
    """A desk with a finished run of its own."""
    desk.ask()
    shutil.copytree(finished.out, desk.out)
    return desk


def test_finished_run_is_not_overwritten_in_silence(settled: Desk) -> None:
    text = settled.refused("run", settled.ask(), "-o", settled.out)
    assert f"{settled.out}: already holds something. Give another folder with -o, or say --overwrite." in text


def test_old_run_stays_if_the_new_one_fails(settled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """First by its data, before any work; then by the disk, in the last step of all."""
    settled.put(settled.frame.assign(ill=1))
    arguments = ["run", settled.ask(), "-o", settled.out, "--workers", 1, "--overwrite"]
    assert "holds one class only" in settled.refused(*arguments)
    settled.put(settled.frame)

    def full(folder: Path) -> None:
        assert (folder / "run.json").is_file()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("prognome.jobs.run.write_report", full)
    assert "The disk is full" in settled.refused(*arguments)


def test_new_run_replaces_the_old_one_and_nothing_else(settled: Desk) -> None:
    settled.run("--overwrite", "--set", "seed=4")
    assert "seed: 4" in (settled.out / "study.yaml").read_text()
    assert {path.name for path in settled.folder.iterdir()} == {"patients.tsv", "study.yaml", "out"}


def test_overwrite_spares_what_prognome_did_not_write(settled: Desk) -> None:
    """``-o .`` with --overwrite must not take the data away."""
    arguments = ["run", settled.ask(), "--overwrite", "-o"]
    assert "holds what prognome did not write there" in settled.refused(*arguments, settled.folder)
    (settled.out / "notes.txt").write_text("mine")
    text = settled.refused(*arguments, settled.out)
    assert "seen: 1 such, first notes.txt" in text
    only_study = settled.folder / "plans"
    only_study.mkdir()
    (only_study / "study.yaml").write_text("name: x")
    assert "seen: no run.json" in settled.refused(*arguments, only_study)
    assert "holds what prognome did not write there" in settled.refused(
        "demo", "--overwrite", "-o", settled.folder
    )


def test_init_does_not_write_over_anything_in_silence(desk: Desk) -> None:
    study = desk.ask()
    arguments = ["init", desk.table, "-t", "ill", "-o"]
    assert f"{study}: is already there" in desk.refused(*arguments, study)
    assert "is the table itself" in desk.refused(*arguments, desk.table, "--overwrite")


def test_failed_run_leaves_no_folder_that_it_made_on_the_way(desk: Desk) -> None:
    desk.put(desk.frame.assign(ill=1))
    desk.refused("run", desk.ask(), "-o", desk.folder / "a" / "b" / "out")
    (desk.folder / "a").mkdir()
    desk.refused("run", desk.ask(), "-o", desk.folder / "a" / "b" / "out")


def test_rights_of_what_is_written_follow_the_umask(desk: Desk) -> None:
    """Predictions are about patients: who keeps a private umask keeps them private."""
    desk.ask()
    old = os.umask(0o077)
    try:
        desk.run()
        desk.call("predict", desk.out / "bundle", desk.table, "-o", desk.folder / "answers.tsv")
    finally:
        os.umask(old)
    assert desk.out.stat().st_mode & 0o777 == 0o700
    assert (desk.folder / "answers.tsv").stat().st_mode & 0o777 == 0o600


# Ctrl-C ------------------------------------------------------------------------------------------------


def living(session: int) -> dict[int, float]:
    """Processes of a session that still run, with the processor's seconds they have had.

    Those that only wait to be buried do not count.
    """
    found = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                fields = (place / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] not in "ZX":
                ticks = int(fields[11]) + int(fields[12])
                found[int(place.name)] = ticks / os.sysconf("SC_CLK_TCK")
    return found


def wait_for(what: Callable[[], object], seconds: float) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="looks for processes in /proc")
@pytest.mark.parametrize(
    ("workers", "busy"), [(1, 2.0), (2, 2.0), (2, 0.1)], ids=["alone", "two at work", "two just begun"]
)
def test_ctrl_c_in_the_middle_of_the_judging(desk: Desk, workers: int, busy: float) -> None:
    """As a terminal does it: the signal goes to the command and to its workers."""
    study = desk.ask(models=[{"random_forest": {"n_estimators": 20_000}}])  # minutes, if nobody stops it
    before = desk.standing()
    run = subprocess.Popen(
        [*PROGNOME, "run", str(study), "-o", str(desk.out), "--workers", str(workers)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        # the list of mismatches is the last thing written before the judging begins
        assert wait_for(lambda: [*desk.folder.glob(".out.partial-*/mismatches.tsv")], 60)
        assert wait_for(
            lambda: sum(spent > busy for spent in living(run.pid).values()) >= workers + (workers > 1), 60
        )
        assert run.poll() is None
        os.killpg(run.pid, signal.SIGINT)
        out, err = run.communicate(timeout=30)
        assert run.returncode == 2
        assert out == ""
        assert err.splitlines()[-1] == "stopped by Ctrl-C; nothing was left half-written."
        desk.check_silence(Said(run.returncode, out, err))
        assert wait_for(lambda: not living(run.pid), 10)
        assert desk.standing() == before
    finally:
        for process in living(run.pid):
            os.kill(process, signal.SIGKILL)


def test_ctrl_c_while_answering(desk: Desk, finished: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("prognome.core.bundle.Bundle._table", interrupt)
    arguments = ["predict", finished.out / "bundle", desk.table, "-o", desk.folder / "answers.tsv"]
    assert "stopped by Ctrl-C" in desk.refused(*arguments)
