"""Run a campaign of experiments.yaml: every variant with every seed through `dvc exp run`, one row a run.

    python src/run_campaign.py --campaign ablation --dataset wikiart

Finished runs are skipped, so that an interrupted campaign goes on where it stopped; a run that fails is reported and
the others go on. Rows go to results/<dataset>/<table>.csv as they come, counts for the report beside them, logs and
predictions to logs/<campaign>/.
"""

import argparse
import sys
from pathlib import Path

from artstyle.campaign_parameters import AGAIN, KEEP
from artstyle.campaign_runs import run_campaign
from artstyle.campaigns import choose, list_runs, read_campaign, read_skew, take_quick
from artstyle.commands import tell_mistakes


def main() -> None:
    """Run what is not finished yet and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--campaign", required=True, help="name in experiments.yaml")
    parser.add_argument("--dataset", default="demo", help="name of the pictures (default demo)")
    parser.add_argument("--quick", action="store_true", help="only what the campaign names under `quick`")
    parser.add_argument("--variants", nargs="+", help="only these")
    parser.add_argument("--seeds", type=int, nargs="+", help="instead of those of the campaign")
    parser.add_argument("--skews", type=read_skew, nargs="+", help="the same; `natural` or ratios")
    parser.add_argument("--others", choices=(KEEP, AGAIN), help="what to do with rows that have other parameters")
    options = parser.parse_args()
    try:
        with tell_mistakes("run_campaign"):
            campaign = read_campaign(Path("experiments.yaml"), options.campaign)
            campaign = take_quick(campaign) if options.quick else campaign
            campaign = choose(campaign, options.variants, options.seeds, options.skews)
            table = Path("results") / options.dataset / f"{campaign['table']}.csv"
            runs = list_runs(options.campaign, campaign, options.dataset)
            n_failed = run_campaign(runs, table, Path("."), others=options.others)
    except KeyboardInterrupt:
        print("run_campaign: interrupted; the same command goes on where it stopped", file=sys.stderr)
        sys.exit(130)
    sys.exit(1 if n_failed else 0)


if __name__ == "__main__":
    main()
