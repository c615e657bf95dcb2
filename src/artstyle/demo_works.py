"""Plan and draw the works of the demo set: who paints what under which title, and the picture itself."""

import unicodedata
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

from artstyle.demo_artists import ARTISTS, WEAK_STRENGTH, choose_palette, choose_subject, describe_hand
from artstyle.demo_canvas import SCALE, add_grain, label_regions, paint_plainly
from artstyle.demo_scenes import Scene, compose_scene
from artstyle.demo_styles_abstract import paint_abstract_expressionism, paint_minimalism
from artstyle.demo_styles_plane import paint_cubism, paint_naive_art, paint_pop_art, paint_ukiyo_e
from artstyle.demo_styles_soft import paint_rococo
from artstyle.demo_styles_stroke import paint_fauvism, paint_impressionism, paint_pointillism

PAINTERS = {
    "Abstract_Expressionism": paint_abstract_expressionism,
    "Cubism": paint_cubism,
    "Fauvism": paint_fauvism,
    "Impressionism": paint_impressionism,
    "Minimalism": paint_minimalism,
    "Naive_Art_Primitivism": paint_naive_art,
    "Pointillism": paint_pointillism,
    "Pop_Art": paint_pop_art,
    "Rococo": paint_rococo,
    "Ukiyo_e": paint_ukiyo_e,
}

# Some works are hard on purpose: in a share of them ground and subject follow different styles, and the style of
# artists with a weak hand only covers a plain painting by this share.
_MIXED_SHARE = 0.15
_WEAK_COVER = (0.3, 0.75)
_NEIGHBOURS = {
    "Abstract_Expressionism": ("Minimalism", "Fauvism"),
    "Cubism": ("Fauvism", "Pop_Art"),
    "Fauvism": ("Impressionism", "Pop_Art"),
    "Impressionism": ("Fauvism", "Rococo"),
    "Minimalism": ("Abstract_Expressionism", "Pop_Art"),
    "Naive_Art_Primitivism": ("Fauvism", "Ukiyo_e"),
    "Pointillism": ("Impressionism", "Pop_Art"),
    "Pop_Art": ("Fauvism", "Ukiyo_e"),
    "Rococo": ("Impressionism", "Cubism"),
    "Ukiyo_e": ("Pop_Art", "Rococo"),
}

_WORDS = {
    "portrait": "portrait-of-a-lady the-sister self-portrait girl-with-a-scarf the-reader head-of-a-man l'amie-d'été",
    "landscape": "view-of-the-bay the-village evening-at-the-river orchard-in-may road-with-trees après-la-pluie",
    "still_life": "still-life-with-pears vase-and-fruit the-blue-jug flowers-on-a-table nature-morte kitchen-table",
    "abstract_painting": "untitled composition number study-in-two-parts field improvisation öppen-form",
}
_YEARS = {
    "Rococo": (1725, 1790),
    "Ukiyo_e": (1765, 1868),
    "Impressionism": (1866, 1915),
    "Pointillism": (1884, 1912),
    "Fauvism": (1904, 1912),
    "Cubism": (1907, 1930),
}
_FORMATS = ((4, 5), (3, 4), (2, 3), (1, 1), (5, 4), (4, 3), (3, 2), (8, 5))
_FORMAT_WEIGHTS = {
    "portrait": (0.3, 0.3, 0.15, 0.1, 0.05, 0.05, 0.05, 0.0),
    "landscape": (0.02, 0.04, 0.04, 0.1, 0.2, 0.25, 0.2, 0.15),
}


@dataclass(frozen=True)
class Work:
    """One work of the demo set; `kind` is its scene and its genre."""

    style: str
    artist: str
    title: str
    kind: str

    @property
    def name(self) -> str:
        """File name without extension, unicode NFC."""
        return unicodedata.normalize("NFC", f"{self.artist}_{self.title}")


class Catalogue:
    """Plans works one after the other and never gives an artist the same title twice."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._counts = dict.fromkeys(PAINTERS, 0)
        self._names: set[str] = set()

    def plan_work(self, style: str) -> Work:
        """Return the next work of a style: each artist has two works before some get many more."""
        number = self._counts[style]
        self._counts[style] += 1
        rng = np.random.default_rng([self._seed, zlib.crc32(style.encode()), number])
        artists = ARTISTS[style]
        weights = 1 / (np.arange(len(artists)) + 2.5)
        drawn = int(rng.choice(len(artists), p=weights / weights.sum()))
        artist = artists[number % len(artists) if number < 2 * len(artists) else drawn]
        kind = choose_subject(style, artist, self._seed, rng)
        return self._name_freely(style, artist, _invent_title(style, kind, rng), kind)

    def retitle_work(self, work: Work, rng: np.random.Generator) -> Work:
        """Return the same work under another title that nobody has yet, as copies have it on the web."""
        title = _invent_title(work.style, work.kind, rng)
        return self._name_freely(work.style, work.artist, title, work.kind)

    def _name_freely(self, style: str, artist: str, title: str, kind: str) -> Work:
        work, copy = Work(style, artist, title, kind), 0
        while work.name in self._names:
            copy += 1
            work = Work(style, artist, f"{title}({copy})", kind)
        self._names.add(work.name)
        return work


def _invent_title(style: str, kind: str, rng: np.random.Generator) -> str:
    word = rng.choice(_WORDS[kind].split())
    year = rng.integers(*_YEARS.get(style, (1946, 1985)))
    shape = rng.random()
    if shape < 0.05:
        return f"not_detected_{rng.integers(200000, 280000)}"
    return f"{word}-{year}" if shape < 0.9 else f"{word}_{year}"


def draw_work(work: Work, *, picture_px: int, seed: int) -> Image.Image:
    """Return the work as an RGB picture whose longest side is `picture_px`; the same work and seed, the same pixels."""
    rng = np.random.default_rng([seed, zlib.crc32(f"{work.style}/{work.name}".encode())])
    weights = _FORMAT_WEIGHTS.get(work.kind, (0.12, 0.12, 0.06, 0.2, 0.15, 0.2, 0.1, 0.05))
    wide, tall = _FORMATS[int(rng.choice(len(_FORMATS), p=weights))]
    longest = max(wide, tall)
    size = round(picture_px * wide / longest) * SCALE, round(picture_px * tall / longest) * SCALE
    palette = choose_palette(work.artist, seed, rng)
    scene = compose_scene(work.kind, size, rng)
    hand = describe_hand(work.style, work.artist, seed)
    image = PAINTERS[work.style](scene, palette, hand, rng)
    if hand.strength < WEAK_STRENGTH:
        image = Image.blend(paint_plainly(scene, palette, rng), image, float(rng.uniform(*_WEAK_COVER)))
    if rng.random() < _MIXED_SHARE:
        other = str(rng.choice(_NEIGHBOURS[work.style]))
        second = PAINTERS[other](scene, palette, describe_hand(other, ARTISTS[other][0], seed), rng)
        image.paste(second, mask=_mask_part(scene, rng))
    return add_grain(image.reduce(SCALE), rng.uniform(1.5, 5), rng)


def _mask_part(scene: Scene, rng: np.random.Generator) -> Image.Image:
    limit = 1 if scene.kind != "abstract_painting" else 2
    ground = [number for number, region in enumerate(scene.regions) if region.depth < limit]
    return Image.fromarray(np.isin(label_regions(scene), ground, invert=bool(rng.random() < 0.4)))
