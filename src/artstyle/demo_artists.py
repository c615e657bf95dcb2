"""The invented artists of the demo set, their palettes and their hands."""

import zlib

import numpy as np

from artstyle.demo_canvas import Hand
from artstyle.demo_scenes import KINDS

# All styles draw from these palettes, so that the mean colour of a picture says little about its style.
# Order: light, sky, far, ground, subject, cloth, accent, dark.
_PALETTES = """
f2e9d8 8fb4d0 6f8fa8 8a9a6b d9a27c 3f5f8a d9552b 23303f
f4e6c2 d9c08a b98b4e 8f6a35 e0b184 7a3f2a c9402f 2e2218
f8e8e4 e9b9bd c98aa0 a77b8c f0c3a8 b84a62 6a9aa0 3d2233
eeeacf b9c7a4 7f9266 5d6b3a d8ac84 8a8f3c c46a3a 26301f
cfd6e0 3a4f7a 2b3a5c 3f4a4f b58a78 5b3f6e e0a83a 141a2b
f5f4dc a9d6e4 8cc79a 9cc25a efbf9b 5f9fd0 f06f8f 2f5a48
efe0cc d6a37e b8643e 7c4a34 dca07c 4f6b74 e08a2c 2f1d1a
e6efe8 7fbfbf 4f9090 5f8570 dba98a 1f6f78 e56b4b 12343b
fbf5cf f2d95c c9b34a 9aa84f e9b98a 3d7ea6 d93f3f 333018
efe6f2 b7a3d0 8a78b0 6f6a8a dcb0a0 6b3fa0 f0b53f 2a1f40
e8e8e4 b4bcc4 8a949c 7a7a74 ccb09a 556270 b5493f 2a2d30
f3e3da e2b9a0 c8604a a04a3a e3ae8c 2f4f6f f2c14e 3a1a1a
f1f7ee bfe3d0 7fc4a8 66a57d f0c4a4 e0876a 3f6fb0 22483c
f3ecdd dccfb4 c2ad8a a5906c d9b08f 8f7f9f b46a5a 4a4038
"""
PALETTES = np.array(
    [[list(bytes.fromhex(colour)) for colour in line.split()] for line in _PALETTES.split("\n") if line], np.float32
)  # (palettes, 8, 3)

_ROSTER = {
    "Abstract_Expressionism": """ottmar-velling sunniva-hale bram-tesselaar j.k.-lindqvist carla-montevago
        ruben-ashgrove ines-quandt teodor-malinek wilma-farrowby dario-pestell marisol-evander klaus-obernick""",
    "Cubism": """anselm-rouvier jadwiga-korbin pascal-thierval m.-h.-brenneke oriol-castavell lene-stavdal
        viktor-dresche beatriz-almoura henrik-zantvoort ruben-ashgrove""",
    "Fauvism": """ada-morel gaston-lerivage ottilie-brandsma felip-carranque corin-delsart zoë-havelaar
        emeric-vantour sabine-orlac""",
    "Impressionism": """ada-morel lucien-harvet marthe-delorne edwin-stanhallow clara-vestergren achille-bonnaire
        rosalind-merrow ivo-laszkin noemi-castelain tobias-elsgaard p.j.-vandermolen florence-aubrit""",
    "Minimalism": """greta-holmvik donal-ashworthy yuna-sakamori p.-b.-stellan marit-obergaard lars-quennell
        thea-winterholt klaus-obernick silvan-roth-meyer""",
    "Naive_Art_Primitivism": """zofia-malwiec anton-hribar pilar-quintosa emile-sabatou ana-dobrescu jonah-pettibrook
        lupe-tarrazón wanda-kielich""",
    "Pointillism": """lucien-harvet odile-fresnay maarten-cuypersz celeste-vauquier hugo-rysselaer-dam irma-stellhoff
        basile-tournet anouk-perrel""",
    "Pop_Art": """rex-halloran dolores-vancamp mick-tolliver joni-strand k.-o.-baxter suki-arimoto lenny-crosswell
        priska-zell carla-montevago""",
    "Rococo": """aurele-de-montfleury henriette-vaubrun giacinto-belluno charles-amblery sophie-lacharme
        josef-trauenfels placide-verneuil isabeau-corvigny lorenzo-tessari felip-carranque""",
    "Ukiyo_e": """asano-hirokage mizuno-kunitomi torihara-shunsai kawabe-yoshinao isoda-terumasa okumoto-harukiyo
        sakuma-eisetsu nagare-toyomine hasebe-gyokuran""",
}
ARTISTS = {style: tuple(names.split()) for style, names in _ROSTER.items()}

# A hand below this is weak: the style shows through a plain painting only in part.
WEAK_STRENGTH = 0.5

_SUBJECTS = {
    "Abstract_Expressionism": (0, 0.1, 0, 0.9),
    "Minimalism": (0, 0, 0, 1.0),
    "Cubism": (0.35, 0.15, 0.35, 0.15),
    "Ukiyo_e": (0.4, 0.5, 0.1, 0),
    "Rococo": (0.5, 0.3, 0.2, 0),
    "Fauvism": (0.3, 0.45, 0.25, 0),
    "Pop_Art": (0.4, 0.1, 0.25, 0.25),
}
_USUAL_SUBJECTS = (0.25, 0.5, 0.22, 0.03)


def _random(seed: int, *words: str) -> np.random.Generator:
    return np.random.default_rng([seed, *(zlib.crc32(word.encode()) for word in words)])


def describe_hand(style: str, artist: str, seed: int) -> Hand:
    """Return how the artist paints in a style; about one artist in four has a weak (0.25..0.5) version of it."""
    rng = _random(seed, "hand", style, artist)
    place = ARTISTS[style].index(artist)
    weak = place % 4 == 3
    return Hand(
        stroke=float(rng.uniform(0.75, 1.4)),
        strength=float(rng.uniform(0.25, WEAK_STRENGTH) if weak else rng.uniform(0.6, 1.0)),
        variant=place % 4,
    )


def choose_palette(artist: str, seed: int, rng: np.random.Generator) -> np.ndarray:
    """Return float32 (8, 3): mostly one of the artist's two palettes, at times any other; brightness varies."""
    favourites = _random(seed, "palette", artist).permutation(len(PALETTES))[:2]
    number = rng.choice(favourites) if rng.random() < 0.7 else rng.integers(0, len(PALETTES))
    return np.clip(PALETTES[number] * rng.uniform(0.72, 1.12) + rng.normal(0, 6, 3), 0, 255).astype(np.float32)


def choose_subject(style: str, artist: str, seed: int, rng: np.random.Generator) -> str:
    """Return one of `KINDS`: the style's habits, bent towards the artist's own preference."""
    bent = _random(seed, "subject", artist).uniform(0.3, 1.7, len(KINDS))
    weights = np.array(_SUBJECTS.get(style, _USUAL_SUBJECTS)) * bent
    return KINDS[int(rng.choice(len(KINDS), p=weights / weights.sum()))]
