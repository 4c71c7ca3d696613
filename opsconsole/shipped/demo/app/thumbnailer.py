"""Makes thumbnails and keeps the last ones in a cache of at most CACHE_ITEMS pictures (0: as many as come)."""

import os
import time
from collections import OrderedDict

most = int(os.environ.get("CACHE_ITEMS", "64"))
cache = OrderedDict()
number = 0
while True:
    number += 1
    cache[number] = os.urandom(1 << 10) * 256  # a picture of 256 KiB
    if most and len(cache) > most:
        cache.popitem(last=False)
    time.sleep(0.1)
