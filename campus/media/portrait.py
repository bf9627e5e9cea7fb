"""The child's other errand: `python -m campus.media.portrait MEMORY_BYTES CPU_SECONDS MAX_PIXELS` makes a square of a photo."""

from __future__ import annotations

import sys

from campus.media import pixels
from campus.media.child import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], pixels.portray))
