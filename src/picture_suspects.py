"""Stage picture_suspects: heat maps of the works with the most suspicious labels."""

from pathlib import Path

from artstyle.evaluation import Pictures
from artstyle.evaluation_names import find_models
from artstyle.packing import open_pack
from artstyle.parameters import call
from artstyle.stage import run_stage
from artstyle.suspect_evidence import draw_suspect_evidence
from artstyle.tables import read_json, read_table

PARAMETERS = ("picture_suspects", "threads")


def main(
    pack: Path,
    paintings: Path,
    classes: Path,
    ranked: Path,
    phase1: Path,
    phase2: Path,
    phase3: Path,
    phase3_metrics: Path,
    sheet: Path,
    *,
    picture_suspects: dict,
) -> None:
    """Show what in the most suspicious works speaks for the likely label, and what for the given one."""
    models = find_models(phase1, phase2, phase3)
    model = models[read_json(phase3_metrics)["final"]["chosen"]]
    pictures = Pictures(open_pack(pack), read_table(paintings))
    table = read_table(ranked, ["painting", "artist", "label", "likely", "split"])
    inputs = (table, model, read_json(classes), pictures, sheet)
    call(draw_suspect_evidence, *inputs, section="picture_suspects", values=picture_suspects)


if __name__ == "__main__":
    run_stage(main, PARAMETERS)
