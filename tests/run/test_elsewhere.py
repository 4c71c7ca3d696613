"""Steps in a container, as another user, in another folder and by another interpreter: on the real things."""

from __future__ import annotations

import pwd
import shutil
from pathlib import Path

import pytest

from opsconsole.model.questions import Answer, AskConfirm, Question, Yes
from opsconsole.model.run import RunState
from opsconsole.run.who import login_name
from tests.lab.engine import LabEngine
from tests.run.shop import Shop
from tests.support.parts import lack


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def yes(state: RunState, question: Question) -> Answer:
    return Yes(typed=question.target) if isinstance(question, AskConfirm) else Yes()


async def played(shop: Shop, text: str, **inputs: str) -> tuple[list[str], list[AskConfirm]]:
    """What a run of `text` prints, line by line, and what was asked."""
    session, operator = await shop.begin(text, [yes] * 20, **inputs)
    state = await session.play()
    assert state.ended == "done", operator.asked[-1]
    return operator.seen.splitlines(), [one for one in operator.asked if isinstance(one, AskConfirm)]


async def test_in_a_container_with_what_its_text_names_and_nothing_comes_back(shop: Shop, engine: LabEngine) -> None:
    box = engine.run()
    block = f"```sh {{container={box.name}}}"
    text = f"""---
inputs:
  who: {{ ask: Who? }}
---
```bash
export TAG=v2 OTHER=1
LOCAL=x
cd /usr
```

{block}
pwd; echo "$TAG $LOCAL $who"; env | grep OTHER || echo none; TAG=v3; cd /tmp; test -t 0 || echo no terminal
```

```sh {{container={box.name} user=1000}}
touch /tmp/made && id -u && test -t 0 && echo terminal
```

```bash
pwd; echo $TAG
```
"""
    lines, asked = await played(shop, text, who="anna b")
    assert lines == ["/", "v2 x anna b", "none", "no terminal", "1000", "terminal", "/usr", "v2"]
    inside = next(one for one in asked if "no terminal" in one.text)
    assert f"in container {box.name}" in inside.where
    assert inside.session == ("TAG=v2", "LOCAL=x")
    assert box.exec("stat", "-c", "%u", "/tmp/made") == "1000"


async def test_commands_in_a_container_that_need_one_shell_have_one(shop: Shop, engine: LabEngine) -> None:
    box = engine.run()
    _, asked = await played(shop, f"```sh {{container={box.name}}}\ncd /tmp\ntouch made\n```\n")
    assert [one.text for one in asked] == ["cd /tmp\ntouch made"]
    assert box.exec("ls", "/tmp") == "made"


async def test_a_container_that_is_not_there_is_a_failure_in_plain_words(shop: Shop, engine: LabEngine) -> None:
    session, operator = await shop.begin("```sh {container=opslab-nowhere}\nls\n```\n", [yes])
    state = await session.play()
    assert "opslab-nowhere" in operator.seen
    assert state.steps[0].parts[0].reason == "exit code 1"


def another_user() -> str:
    """Somebody who is not us, whom sudo lets us be."""
    if not shutil.which("sudo") or login_name() != "root":
        lack("sudo", "only root may be anybody")
    return pwd.getpwnam("nobody").pw_name


async def test_as_another_user_with_what_its_text_names(shop: Shop) -> None:
    user = another_user()
    text = f"""
```bash
export TAG=v2 OTHER=1
cd /usr
```

```bash {{user={user}}}
id -un; pwd; echo "$TAG"; printenv OTHER || echo none; TAG=v3; cd /
```

```bash
pwd; echo $TAG
```
"""
    lines, asked = await played(shop, text)
    assert lines == [user, "/usr", "v2", "none", "/usr", "v2"]
    assert any(f"as {user}" in one.where for one in asked)


async def test_in_the_folder_that_the_step_names_and_by_its_interpreter(shop: Shop) -> None:
    (shop.home / "api").mkdir()
    text = """
```bash
cd /usr
```

```bash {cwd=api}
pwd
```

```python {interpreter="python3 -I" cwd=/}
import os
print(os.getcwd())
```

```bash
pwd
```
"""
    lines, _ = await played(shop, text)
    assert lines == [str(shop.home / "api"), "/", "/usr"]
