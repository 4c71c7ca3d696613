"""The style sheet of the console: where things stand, and the colours of the few widgets that Textual draws."""

from __future__ import annotations

from typing import Final

CSS: Final = """
Screen { background: $console-background; layout: vertical; overflow: hidden; }
#header { height: 1; }
#footer { height: 1; }
Board, .fills { height: 1fr; }
#outline { width: 34; height: 1fr; }
#right { height: 1fr; }
#question { height: 2; }
Input, TextArea, TextArea .text-area--cursor-line {
    color: $console-foreground; background: $console-background;
}
Input .input--cursor, Input .input--selection, TextArea .text-area--cursor, TextArea .text-area--selection {
    color: $console-foreground; background: $console-background; text-style: reverse;
}
"""
