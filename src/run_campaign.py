"""Run a campaign of experiments.yaml: every variant with every seed through `dvc exp run`, one row a run.

    python src/run_campaign.py --campaign ablation --dataset wikiart

Finished runs are skipped, so that an interrupted campaign goes on where it stopped; a run that fails is reported and
the others go on. Rows go to results/<dataset>/<campaign>.csv as they come, logs to logs/<campaign>/.
"""

import argparse
import sys
from pathlib import Path

from artstyle.campaign_runs import run_campaign
from artstyle.campaigns import list_runs, read_campaign
from artstyle.errors import UserError


def main() -> None:
    """Run what is not finished yet and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--campaign", required=True, help="name in experiments.yaml")
    parser.add_argument("--dataset", default="demo", help="name of the pictures (default demo)")
    parser.add_argument("--seeds", type=int, nargs="+", help="instead of those of the campaign")
    parser.add_argument("--variants", nargs="+", help="only these")
    options = parser.parse_args()
    try:
        campaign = read_campaign(Path("experiments.yaml"), options.campaign)
        runs = list_runs(options.campaign, campaign, options.dataset, options.seeds)
        chosen = options.variants or campaign["variants"]
        for name in chosen:
            if name not in campaign["variants"]:
                raise UserError(f"experiments.yaml: campaign {options.campaign} has no variant {name!r}")
        table = Path("results") / options.dataset / f"{options.campaign}.csv"
        n_failed = run_campaign([run for run in runs if run.variant in chosen], table, Path("."))
    except UserError as error:
        print(f"run_campaign: error: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("run_campaign: interrupted; the same command goes on where it stopped", file=sys.stderr)
        sys.exit(130)
    sys.exit(1 if n_failed else 0)


if __name__ == "__main__":
    main()
