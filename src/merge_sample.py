"""Stage: turn styles into classes, draw a sample of each."""

from pathlib import Path

from artstyle.corrections import correct_works, read_corrections
from artstyle.count_plots import draw_counts, list_counts
from artstyle.parameters import call
from artstyle.sampling import count_classes, sample_works, summarise_sample
from artstyle.stage import run_stage
from artstyle.style_maps import choose_map, complete_map, label_works, list_styles, map_styles
from artstyle.tables import read_table, write_json, write_table
from artstyle.unlabelled import add_unlabelled, part_unlabelled

PARAMETERS = ("merge_sample", "style_map", "style_maps", "unlabelled", "target", "seed")
COLUMNS = ["painting", "style", "other_styles", "artist", "genre", "family"]
MOST_NAMES = 20


def main(
    paintings: Path, corrections: Path, works: Path, classes: Path, metrics: Path, counts: Path, counts_picture: Path,
    *, merge_sample: dict, style_map: str, style_maps: dict, unlabelled: str, target: str, seed: int,
) -> None:  # fmt: skip
    """Map styles to classes, label the works for the target, correct them and draw a sample of each class."""
    table = read_table(paintings, COLUMNS)
    chosen = choose_map(style_maps, style_map)
    named, bare = part_unlabelled(table, unlabelled, chosen)
    chosen = {style: label for style, label in chosen.items() if style != unlabelled}
    on_disk = list_styles(named)
    mapped = map_styles(named, complete_map(chosen, style_map, on_disk))
    labelled = label_works(mapped, target)
    decisions = read_corrections(corrections, table["painting"], sorted(set(labelled["label"])))
    corrected, decided = correct_works(labelled, decisions, target)
    sampled, left_out = call(sample_works, corrected, section="merge_sample", values=merge_sample, seed=seed)
    per_class = count_classes(sampled)
    left = {"n_unlabelled": len(bare), "n_left_out_by_map": len(named) - len(mapped)}
    left |= {"n_without_label": len(mapped) - len(labelled), "corrections": decided}
    summary = {"target": target, "n_paintings": len(table), **left, **summarise_sample(per_class, left_out)}
    write_table(works, add_unlabelled(sampled, bare))
    write_json(classes, list(per_class.index))
    write_json(metrics, summary)
    write_table(counts, list_counts(per_class))
    draw_counts(per_class, counts_picture, title=f"Works of each class ({target})")
    _tell(summary, [style for style in on_disk if style not in chosen], style_map)


def _tell(summary: dict, unlisted: list[str], style_map: str) -> None:
    if unlisted:
        print(f"merge_sample: not in style_maps.{style_map}, so kept under their own name: {', '.join(unlisted)}")
    if summary["left_out"]:
        small = [f"{label} ({n})" for label, n in summary["left_out"].items()]
        more = f" and {len(small) - MOST_NAMES} more, see the metrics" if len(small) > MOST_NAMES else ""
        print(f"merge_sample: left out, too few works for n or min_works: {', '.join(small[:MOST_NAMES])}{more}")
    if summary["n_unlabelled"]:
        print(f"merge_sample: {summary['n_unlabelled']} works without a label, for the pool")
    if any(summary["corrections"].values()):
        print(f"merge_sample: corrections: {', '.join(f'{n} {what}' for what, n in summary['corrections'].items())}")
    print(
        f"merge_sample: {summary['n_sampled']} of {summary['n_available']} works of {summary['n_classes']} classes,"
        f" {summary['n_draws']} draws; {summary['n_conflicts']} works in conflict;"
        f" left out: {summary['n_left_out_by_map']} by the map, {summary['n_without_label']} without"
        f" {summary['target']}"
    )


if __name__ == "__main__":
    run_stage(main, PARAMETERS)
