"""Stage train_phase1: train the head on cached features of the frozen backbone."""

from pathlib import Path

from artstyle.losses import build_loss
from artstyle.parameters import call
from artstyle.phases import run_phase1
from artstyle.stage import run_stage
from artstyle.tables import write_json
from artstyle.training_data import read_training_data

PARAMETERS = ("train_phase1", "head", "loss", "losses", "seed")


def main(
    features: Path,
    paintings: Path,
    works: Path,
    classes: Path,
    model: Path,
    history: Path,
    metrics: Path,
    *,
    train_phase1: dict,
    head: str,
    loss: str,
    losses: dict,
    seed: int,
) -> None:
    """Train the head on cached features of the frozen backbone."""
    data = read_training_data(features, paintings, works, classes)
    loss_function = call(build_loss, loss, section="losses", values=losses)
    arguments = (data, head, loss_function, seed, model, history)
    write_json(metrics, call(run_phase1, *arguments, section="train_phase1", values=train_phase1))


if __name__ == "__main__":
    run_stage(main, PARAMETERS)
