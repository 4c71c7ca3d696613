"""The HTML of messengers, read as strictly as they do: five entities, no tag but `<b>`, each closed."""

from __future__ import annotations

import re

_PIECE = re.compile(r"<(/?)([a-z]+)>|&(lt|gt|amp|quot|#39|#x27);|[^<>&]+|[<>&]")
_MEANS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "#39": "'", "#x27": "'"}


class NotHtmlError(Exception):
    """It is none; in the words of the one who cannot read it."""


def read(text: str) -> str:
    """What is left when the marks are read."""
    told, open_tags = [], []
    for match in _PIECE.finditer(text):
        closing, tag, entity = match[1], match[2], match[3]
        if tag:
            if tag != "b":
                raise NotHtmlError(f'Unsupported start tag "{tag}" at byte offset {match.start()}')
            if closing:
                if not open_tags:
                    raise NotHtmlError(f"Unexpected end tag at byte offset {match.start()}")
                open_tags.pop()
            else:
                open_tags.append(tag)
        elif entity:
            told.append(_MEANS[entity])
        elif match[0] in ("<", ">", "&"):
            raise NotHtmlError(f"Can't find end of the entity at byte offset {match.start()}")
        else:
            told.append(match[0])
    if open_tags:
        raise NotHtmlError("Can't find end tag")
    return "".join(told)
