"""Training learns what is there and not what is not, repeats itself, and says when it fails."""

import os
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch

from prognome.core import delong
from prognome.errors import StudyError, WorkError
from prognome.nets import training as module
from prognome.nets.augment import Augmentation
from prognome.nets.epochs import listening
from prognome.nets.network import Network
from prognome.nets.rows import Rows
from prognome.nets.say import say
from prognome.nets.spec import Input, NetworkSpec
from prognome.nets.training import Training, train
from tests.nets.windows import one_block, planted, spec_of

NOBODY = np.empty(0, dtype=np.intp)
SHORT = Training(epochs=2, batch_size=16)
SMALL = spec_of(30, params={"width": 4})
CODES, EVENT = planted(50, 30, 0)


def weights(done):
    return {name: one.clone() for name, one in done.network.state_dict().items()}


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


def short(seed=1, training=SHORT, rows=None, target=EVENT, validation=NOBODY, spec=SMALL, **more):
    return train(spec, rows or one_block(CODES), target, validation, training, seed=seed, **more)


def auc_influence(done, codes, event):
    return delong.influence(event == 1, say(done.network, one_block(codes))[:, 1].astype(float))


@pytest.mark.parametrize(("encoder", "epochs"), [("cnn", 14), ("lstm", 12), ("gru", 12), ("transformer", 10)])
def test_a_planted_motif_is_learned(encoder, epochs):
    codes, event = planted(800, 60, 2)
    fresh, truth = planted(1000, 60, 3)
    plan = Training(epochs=epochs, batch_size=32)
    spec = spec_of(60, encoder, params={"width": 32})
    done = train(spec, one_block(codes), event, np.arange(100), plan, seed=1)
    assert auc_influence(done, fresh, truth).auc > 0.99


@pytest.mark.parametrize("encoder", ["cnn", "transformer"])
def test_shuffled_labels_are_not_learned(encoder):
    # a network trained on noise still prefers some letters to others, by chance. DeLong's interval
    # of its AUC knows nothing of that, so the interval here is over shuffles (Student, 7 df)
    codes, event = planted(300, 60, 2)
    fresh, truth = planted(400, 60, 3)
    plan, aucs = Training(epochs=3, batch_size=32), []
    for seed in range(8):
        shuffled = np.random.default_rng(seed).permutation(event)
        done = train(
            spec_of(60, encoder, params={"width": 16}), one_block(codes), shuffled, NOBODY, plan, seed=seed
        )
        aucs.append(auc_influence(done, fresh, truth).auc)
    half = 2.365 * np.std(aucs, ddof=1) / np.sqrt(8)
    assert abs(np.mean(aucs) - 0.5) < half
    assert half < 0.1


def test_numbers_are_learned_by_squared_error():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(400, 3)).astype(np.float32)
    target = table @ np.array([0.6, -0.8, 0.0])
    spec = NetworkSpec((Input("labs", "table", 3),), outputs=1, dropout=0.0)
    plan = Training(epochs=20, batch_size=32, precision="float32")
    done = train(spec, Rows({"labs": table[:300]}, {}), target[:300], NOBODY, plan, seed=1)
    said = say(done.network, Rows({"labs": table[300:]}, {}))[:, 0]
    assert np.corrcoef(said, target[300:])[0, 1] > 0.98


@pytest.mark.parametrize("encoder", ["cnn", "lstm", "gru", "transformer"])
def test_the_same_seed_gives_the_same_bits_and_another_seed_others(encoder):
    spec = spec_of(30, encoder, params={"width": 8})
    plan = replace(SHORT, augmentation=Augmentation(shift=2, mutate=0.1, mix=0.5))
    first = weights(short(spec=spec, training=plan))
    torch.manual_seed(99)
    assert same(first, weights(short(spec=spec, training=plan)))
    assert not same(first, weights(short(2, spec=spec, training=plan)))


def test_training_leaves_global_randomness_and_threads_alone():
    torch.manual_seed(5)
    np.random.seed(5)
    before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        short()
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(torch.get_rng_state(), before)
    assert (np.random.get_state()[1] == numpy_before).all()


def test_rows_kept_aside_teach_nothing_but_when_to_stop():
    aside = np.arange(40, 50)
    changed = CODES.copy()
    changed[aside] = 0
    flipped = EVENT.copy()
    flipped[aside] = 1 - flipped[aside]
    one = short(validation=aside)
    other = short(rows=one_block(changed), target=flipped, validation=aside)
    losses = [[epoch.train_loss for epoch in done.history] for done in (one, other)]
    assert losses[0] == losses[1]
    assert [epoch.validation_loss for epoch in one.history] != [
        epoch.validation_loss for epoch in other.history
    ]


def test_the_best_epoch_s_weights_are_kept():
    plan = Training(epochs=12, batch_size=8, learning_rate=0.02, patience=2, precision="float32")
    done = short(validation=np.arange(25), training=plan)
    losses = [epoch.validation_loss for epoch in done.history]
    assert len(losses) < 12  # chance labels: it gets worse, and it stops
    assert done.best_epoch == 1 + int(np.argmin(losses))
    said = say(done.network, one_block(CODES[:25]))
    loss = -np.log(said[np.arange(25), EVENT[:25]]).mean()
    assert loss == pytest.approx(min(losses), abs=1e-5)


@pytest.mark.parametrize(("learning_rate", "value"), [(1e30, 0.0), (1e-3, np.inf)])
def test_a_loss_that_is_no_number_is_said(learning_rate, value):
    table = np.full((20, 3), value, dtype=np.float32)
    table[::2] += 1
    spec = NetworkSpec((Input("labs", "table", 3),), outputs=1)
    plan = Training(epochs=30, batch_size=4, learning_rate=learning_rate, clip=1e30)
    with pytest.raises(WorkError, match="is no number"):
        train(spec, Rows({"labs": table}, {}), np.arange(20.0), NOBODY, plan, seed=1)


def test_a_batch_larger_than_the_data_is_the_data():
    plan = replace(SHORT, batch_size=10_000)
    assert same(weights(short(training=plan)), weights(short(training=replace(plan, batch_size=50))))


@pytest.mark.parametrize("encoder", ["cnn", "lstm", "transformer"])
def test_one_row_is_enough_to_train(encoder):
    done = short(rows=one_block(CODES[:1]), target=EVENT[:1], spec=spec_of(30, encoder, params={"width": 8}))
    assert np.isfinite(say(done.network, one_block(CODES))).all()


def test_classes_that_are_absent_among_validation_rows_do_no_harm():
    target = np.r_[np.zeros(40, int), np.arange(10) % 2 + 1]
    for balanced in (False, True):
        done = short(
            target=target,
            validation=np.arange(10),
            spec=replace(SMALL, outputs=3),
            training=replace(SHORT, balanced=balanced),
        )
        assert np.isfinite([epoch.validation_loss for epoch in done.history]).all()


def test_balanced_classes_weigh_alike_by_hand():
    weight = module._class_weights(torch.tensor([0, 0, 0, 1]), 2, torch.device("cpu"))
    assert weight.tolist() == pytest.approx([4 / 6, 4 / 2])


def test_no_memory_on_the_gpu_falls_to_smaller_batches_and_says_so(monkeypatch):
    sizes = []
    plain = Network.fused

    def scarce(self, batch):
        sizes.append(len(batch["window"]))
        if sizes[-1] > 12:  # of 50 rows by 8 the last batch has 10
            raise torch.OutOfMemoryError("simulated")
        return plain(self, batch)

    monkeypatch.setattr(Network, "fused", scarce)
    done = short(training=replace(SHORT, batch_size=32))
    assert sizes[:3] == [32, 16, 8]
    assert [note.rsplit("of ")[-1] for note in done.notes] == ["16 rows", "8 rows"]
    monkeypatch.undo()
    assert same(weights(done), weights(short(training=replace(SHORT, batch_size=8))))


def test_no_memory_even_for_one_row_is_said(monkeypatch):
    def none(self, batch):
        raise torch.OutOfMemoryError("simulated")

    monkeypatch.setattr(Network, "fused", none)
    with pytest.raises(WorkError, match="device: cpu"):
        short()


@pytest.mark.parametrize("validation", [NOBODY, np.arange(10)])
def test_data_that_does_not_fit_on_the_gpu_goes_there_a_batch_at_a_time(monkeypatch, validation):
    plain, sizes = torch.Tensor.to, []

    def scarce(self, *args, **kwargs):
        if self.dtype == torch.uint8 and len(self) > 24:  # 40 or 50 rows at once; a batch has 16 to 24
            raise torch.OutOfMemoryError("simulated")
        sizes.append(len(self) if self.dtype == torch.uint8 else 0)
        return plain(self, *args, **kwargs)

    monkeypatch.setattr(torch.Tensor, "to", scarce)
    done = short(validation=validation)
    monkeypatch.undo()
    assert done.notes == ("not enough memory on the GPU for all rows: they went there a batch at a time",)
    assert max(sizes) >= 16
    assert same(weights(done), weights(short(validation=validation)))


def test_a_gpu_that_is_not_there_is_refused():
    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(StudyError, match="is not there"):
        short(training=replace(SHORT, device="cuda"))


def test_listeners_hear_every_epoch():
    heard = []
    with listening(lambda epoch, most: heard.append((epoch.epoch, most))):
        short()
    short()
    assert heard == [(1, 2), (2, 2)]


def test_augmentation_never_touches_rows_that_judge(monkeypatch):
    seen = []
    plain = Network.forward

    def spy(self, batch):
        seen.append(batch["window"].clone())
        return plain(self, batch)

    monkeypatch.setattr(Network, "forward", spy)
    done = short(
        validation=np.arange(10), training=replace(SHORT, augmentation=Augmentation(shift=5, mutate=0.5))
    )
    say(done.network, one_block(CODES[10:20]))
    for at, expected in ((0, CODES[:10]), (1, CODES[:10]), (-1, CODES[10:20])):
        np.testing.assert_array_equal(seen[at][:10], expected)


def test_mix_up_mixes_encodings_and_losses_by_hand(monkeypatch):
    share, partner = 0.3, torch.tensor([1, 0])
    monkeypatch.setattr(Augmentation, "draw_mix", lambda self, n, generator: (share, partner))
    spec = replace(SMALL, dropout=0.0, encoder_params={"width": 4, "dropout": 0.0})
    plan = Training(epochs=1, batch_size=2, precision="float32")
    target = np.array([0, 1])
    done = train(spec, one_block(CODES[:2]), target, NOBODY, plan, seed=1)
    torch.manual_seed(1)
    fresh = Network(spec)
    with torch.inference_mode():
        fused = fresh.fused({"window": torch.from_numpy(CODES[:2])})
        said = torch.log_softmax(fresh.answer_to(share * fused + (1 - share) * fused[[1, 0]]), dim=1).numpy()
    order = target if done.history else None
    own = -said[[0, 1], order].mean()
    other = -said[[0, 1], order[::-1]].mean()
    assert done.history[0].train_loss == pytest.approx(share * own + (1 - share) * other, abs=1e-5)


def test_first_weights_and_rates_can_be_given():
    def start(network):
        torch.nn.init.constant_(network.answer.weight, 0.25)

    def groups(network):
        network.answer.requires_grad_(False)
        rest = [one for name, one in network.named_parameters() if not name.startswith("answer")]
        return [{"params": rest, "lr": 1e-3}]

    done = short(start=start, groups_of_parameters=groups)
    assert (done.network.answer.weight == 0.25).all()


@pytest.mark.parametrize(("n", "size"), [(10, 16), (300, 16), (2000, 32), (100_000, 256)])
def test_an_epoch_has_about_eighty_steps(n, size):
    assert Training().rows_a_step(n) == size


def test_a_real_interruption_reaches_whoever_called():
    def press(epoch, most):
        if epoch.epoch == 2:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), listening(press):
        short(training=replace(SHORT, epochs=50))


def test_the_weights_that_are_kept_are_those_of_the_lowest_validation_loss():
    codes, event = planted(120, 30, 2)
    done = train(SMALL, one_block(codes), event, np.arange(40), replace(SHORT, epochs=12, patience=3), seed=1)
    losses = [epoch.validation_loss for epoch in done.history]
    said = say(done.network, one_block(codes[:40]))
    assert done.best_epoch == int(np.argmin(losses)) + 1
    assert -np.log(said[np.arange(40), event[:40]]).mean() == pytest.approx(min(losses), rel=1e-4)
