"""How the upper half of a backbone is fine-tuned with the head, beside the numbers of a `fit` section."""

from dataclasses import dataclass

from artstyle.blending import check_blend
from artstyle.map_crop import check_crop
from artstyle.parameters import check_number


@dataclass(frozen=True)
class Tuning:
    """What phases 2 and 3 share.

    Attributes:
        layer_decay: the rate of each block of the backbone is that of the one above times this, 0.01..1.
        blend: share of the trained weights in what is saved, see `blend_weights`; None finds it on validation.
        crop: side of the part of the boundary maps that a step sees, of theirs, see `MapCrop`, 0.25..1 (whole maps).
    """

    layer_decay: float
    blend: float | None
    crop: float

    def check(self, section: str) -> None:
        """Check the numbers.

        Args:
            section: of params.yaml that they stand in, for the message.

        Raises:
            UserError: a number out of range.
        """
        check_number(f"{section}.layer_decay", self.layer_decay, 0.01, 1)
        check_blend(section, self.blend)
        check_crop(section, self.crop)
