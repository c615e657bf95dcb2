import subprocess
import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from dvc.repo import Repo

from artstyle.callbacks import BestWeights, History, Progress, StopOnNaN, ValidationScores
from artstyle.errors import UserError
from artstyle.tables import read_json, read_table

LOGS = {"loss": 1.25, "accuracy": 0.5, "val_loss": 1.5, "val_accuracy": 0.25, "val_macro_f1": 0.125}


class FakeModel:
    def __init__(self):
        self.stop_training, self.weights = False, None

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


def follow(values: list[float], patience: int, start: int = 0) -> tuple[BestWeights, FakeModel]:
    best, model = BestWeights(patience, start), FakeModel()
    best.set_model(model)
    for epoch, value in enumerate(values):
        model.weights = f"epoch {epoch + 1}"
        best.on_epoch_end(epoch, {"val_macro_f1": value, "val_accuracy": value, "val_loss": 9 - value})
        if model.stop_training:
            break
    best.restore(model)
    return best, model


@pytest.mark.parametrize(
    ("values", "patience", "epoch", "n_epochs"),
    [([0.5, 0.7, 0.7, 0.6, 0.9], 2, 2, 4), ([0.5, 0.7, 0.6, 0.8], 2, 4, 4), ([0.5, 0.4], 1, 1, 2), ([0, 0], 5, 1, 2)],
)
def test_the_first_best_epoch_wins_and_patience_counts_from_it(values, patience, epoch, n_epochs):
    best, model = follow(values, patience)
    assert (best.epoch, best.n_epochs) == (epoch, n_epochs)
    assert model.weights == f"epoch {epoch}"
    value = values[epoch - 1]
    assert best.scores == {"accuracy": value, "loss": 9 - value, "macro_f1": value}


@pytest.mark.parametrize(("start", "n_epochs"), [(0, 3), (3, 5), (4, 6), (9, 6)])
def test_patience_does_not_count_before_the_start(start, n_epochs):
    best, _ = follow([0.5, 0.4, 0.3, 0.2, 0.1, 0.0], 2, start)
    assert (best.epoch, best.n_epochs) == (1, n_epochs)


def test_without_patience_the_last_epoch_is_kept():
    best, model = follow([0.5, 0.9, 0.3, 0.2], None)
    assert (best.epoch, best.n_epochs, model.weights) == (4, 4, "epoch 4")
    assert best.scores["macro_f1"] == 0.2


def score(logits, labels, offsets=(0, 0, 0), weights=(1, 1, 1)) -> dict:
    aim = {"offsets": np.array(offsets), "weights": np.array(weights)}
    cuts = [slice(0, 2), slice(2, len(labels))]
    scores, logs = ValidationScores(SimpleNamespace(labels=np.array(labels), iterate_inputs=lambda: cuts, **aim)), {}
    scores.set_model(SimpleNamespace(predict_on_batch=lambda part: logits[part]))
    scores.on_epoch_end(0, logs)
    return logs


def test_the_validation_loss_puts_back_what_the_training_loss_takes_out():
    # Uniform logits plus the logarithm of shares 1/4, 1/2, 1/4 are these shares; as they are, the first class wins.
    logs = score(np.zeros((3, 3), np.float32), [0, 0, 1], offsets=np.log([0.25, 0.5, 0.25]))
    assert logs["val_loss"] == pytest.approx((np.log(4) + np.log(4) + np.log(2)) / 3)
    assert logs["val_accuracy"] == pytest.approx(2 / 3)


def test_the_validation_loss_weighs_classes_as_training_does():
    logits = np.log(np.array([[0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.6, 0.3, 0.1]], np.float32))
    logs = score(logits, [0, 1, 1], weights=(4, 1, 9))
    assert logs["val_loss"] == pytest.approx(-(4 * np.log(0.5) + np.log(0.8) + np.log(0.3)) / 6)


def test_validation_scores_by_hand():
    logits = np.log(np.array([[0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.6, 0.3, 0.1]], np.float32)) + 700
    logs = score(logits, [0, 1, 1])
    assert logs["val_loss"] == pytest.approx(-(np.log(0.5) + np.log(0.8) + np.log(0.3)) / 3, abs=1e-3)
    assert logs["val_accuracy"] == pytest.approx(2 / 3)
    assert logs["val_macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)  # class 3 has no work and counts as 0


def write_history(folder, n_epochs: int) -> None:
    history = History(folder, SimpleNamespace(learning_rate=0.0012345678))
    history.on_train_begin()
    for epoch in range(n_epochs):
        history.on_epoch_end(epoch, {**LOGS, "loss": 1.25 - epoch})
    history.on_train_end()


def test_a_history_is_numbered_plainly_and_stands_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plots" / "one").mkdir(parents=True)
    (tmp_path / "plots" / "one" / "stale.txt").write_text("of a run before")
    write_history(tmp_path / "plots" / "one", 3)
    assert not (tmp_path / "plots" / "one" / "stale.txt").exists()
    write_history(tmp_path / "plots" / "two", 2)
    write_history(tmp_path / "plots" / "two", 2)  # again: from its own start
    for name, losses in (("one", [1.25, 0.25, -0.75]), ("two", [1.25, 0.25])):
        folder = tmp_path / "plots" / name
        table = read_table(folder / "plots" / "metrics" / "train" / "loss.tsv", separator="\t")
        assert table["step"].tolist() == list(range(len(losses)))
        assert table["loss"].tolist() == losses
        summary = read_json(folder / "metrics.json")
        assert summary["validation"] == {"loss": 1.5, "accuracy": 0.25, "macro_f1": 0.125}
        assert summary["learning_rate"] == 0.001235
    assert not (tmp_path / "dvc.yaml").exists()


def test_half_a_history_is_not_taken_for_whole(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_history(tmp_path / "one", 3)
    history = History(tmp_path / "one", SimpleNamespace(learning_rate=0.001))
    history.on_train_begin()
    history.on_epoch_end(0, LOGS)  # interrupted here
    assert [path.name for path in tmp_path.iterdir()] == ["one.partial"]
    write_history(tmp_path / "one", 2)
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
    table = read_table(tmp_path / "one" / "plots" / "metrics" / "train" / "loss.tsv", separator="\t")
    assert table["step"].tolist() == [0, 1]


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A new Git and DVC repository without a commit, as the working directory and without a Git identity."""
    monkeypatch.chdir(tmp_path)
    for name in ("DVC_ROOT", "DVC_EXP_BASELINE_REV", "DVC_EXP_NAME"):
        monkeypatch.delenv(name, raising=False)
    subprocess.run(["git", "init", "-q"], check=True)
    Repo.init(str(tmp_path)).close()
    return tmp_path


def test_a_repository_without_a_commit_gets_one_line_of_advice(repository):
    with pytest.raises(UserError, match=r"one: DVCLive cannot use this Git repository .*make a first commit") as caught:
        write_history(repository / "one", 1)
    assert "\n" not in str(caught.value)


def test_a_first_commit_is_enough_and_nothing_of_git_changes(repository):
    name = ["-c", "user.name=a", "-c", "user.email=a@localhost"]
    subprocess.run(["git", *name, "commit", "-q", "--allow-empty", "-m", "start"], check=True)
    before = subprocess.run(["git", "status", "--short"], check=True, capture_output=True).stdout
    write_history(repository / "one", 2)
    after = subprocess.run(["git", "status", "--short"], check=True, capture_output=True).stdout
    assert after == before + b"?? one/\n"
    assert subprocess.run(["git", "for-each-ref"], check=True, capture_output=True).stdout.count(b"\n") == 1


def test_a_loss_that_is_no_number_stops_with_step_and_advice():
    stop = StopOnNaN("finetune_phase2.fit")
    stop.on_train_batch_end(0, {"loss": 1.0})
    stop.on_train_batch_end(1, {"loss": 2.0})
    with pytest.raises(UserError, match=r"^finetune_phase2\.fit: the loss is nan in step 3; lower .*learning_rate$"):
        stop.on_train_batch_end(0, {"loss": float("nan")})
    with pytest.raises(UserError, match="the loss is inf in step 4"):
        stop.on_train_batch_end(1, {"loss": float("inf")})
    stop.on_epoch_end(0, {"val_loss": 1.0})
    with pytest.raises(UserError, match="the validation loss is nan in step 4"):
        stop.on_epoch_end(0, {"val_loss": float("nan")})


@pytest.mark.parametrize("spoilt", [0, 1])
def test_without_validation_any_weight_that_is_no_number_stops(spoilt):
    stop = StopOnNaN("train_phase1.fit")
    stop.set_model(keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)]))
    stop.on_epoch_end(0, {"loss": 1.0})
    weight = stop.model.trainable_weights[spoilt]
    weight.assign(np.full(weight.shape, np.nan))
    with pytest.raises(UserError, match=r"^train_phase1\.fit: the largest weight is nan in step 0; lower"):
        stop.on_epoch_end(0, {"loss": 1.0})


def test_one_line_an_epoch(capsys):
    progress = Progress("train_phase1.fit", 9)
    progress.set_params({"steps": 2})
    progress.on_epoch_begin(3)
    progress.on_train_batch_end(0)
    progress.on_epoch_end(3, LOGS)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("train_phase1.fit: epoch 4/9  loss 1.2500  accuracy 0.5000  validation loss 1.5000")
    assert line.endswith("macro-F1 0.1250")


def test_in_a_terminal_a_bar_is_replaced_by_the_line(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    progress = Progress("train_phase1.fit", 9)
    progress.set_params({"steps": 200})
    progress.on_epoch_begin(3)
    for step in range(200):
        progress.on_train_batch_end(step)
        progress.bar.refresh()
    progress.on_epoch_end(3, LOGS)
    parts = capsys.readouterr().out.split("\r")
    assert any(part.startswith("train_phase1.fit: epoch 4/9:  50%") and "100/200" in part for part in parts)
    assert parts[-1].startswith("train_phase1.fit: epoch 4/9  loss 1.2500")
    assert parts[-2].strip() == ""  # the bar is wiped out
