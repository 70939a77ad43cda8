"""This file draws numbers for the search: the same ones on every machine from the same seed (R3)."""

import numpy as np
from numpy.typing import NDArray

from routing.compiled import compiled
from routing.layout import MASK, shape


@compiled(shape(1), 0, inner=True)
def draw(chance: NDArray[np.int64], below: int) -> int:
    """Draw a number from 0 to below-1 (xorshift of 128 bits, kept in integers that never overflow)."""
    mixed = chance[0] ^ ((chance[0] << 11) & MASK)
    mixed ^= mixed >> 8
    last = chance[3]
    chance[0] = chance[1]
    chance[1] = chance[2]
    chance[2] = last
    last = (last ^ (last >> 19)) ^ mixed
    chance[3] = last
    return int((last * below) >> 32)
