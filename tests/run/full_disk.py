"""A run on a disk that a step fills to the last byte. Called in a mount namespace of its own.

unshare --mount --map-root-user python -m tests.run.full_disk FOLDER
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from opsconsole.model.questions import Skip, Yes
from opsconsole.model.trouble import TroubleError
from opsconsole.run.session import Session
from tests.run.lab import journalled, kill_holder
from tests.run.shop import Shop
from tests.support.operator import ScriptedOperator

FILL = """
```bash {name=fill}
head -c 100M /dev/zero > filler; echo filled; seq 1 30000
```

```bash {name=more}
echo more
```
"""


async def _main(folder: Path) -> dict[str, Any]:
    shop = Shop(folder)
    later = shop.book("```bash\necho x > ran\n```\n", "second")  # while it can still be written
    session, _ = await shop.begin(FILL, [Yes(), Skip("full"), Yes(), Yes(), Yes(), Yes()])
    state = await session.play()
    seen: dict[str, Any] = {
        "ended": state.ended,
        "kinds": [entry.kind for entry in journalled(session.folder)],
        "lost": sum(entry.data.get("lost", 0) for entry in journalled(session.folder)),
        "filler": (shop.home / "filler").stat().st_size,
    }
    await session.close()
    kill_holder(session.folder)
    try:
        await Session.begin(runbook=later, reason="", **shop.ports(ScriptedOperator([Yes(), Yes()])))
    except TroubleError as error:
        seen["second"] = str(error)
    seen["ran"] = (shop.home / "ran").exists()
    seen["runs"] = len(list((shop.state_folder / "runs").iterdir()))
    return seen


if __name__ == "__main__":
    place = Path(sys.argv[1])
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", place], check=True)
    print(json.dumps(asyncio.run(_main(place))))
