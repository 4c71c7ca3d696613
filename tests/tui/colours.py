"""How colours are told apart: contrast as WCAG computes it, and how eyes see them that lack one kind of cone."""

from __future__ import annotations

import math
from typing import Final, TypeAlias

from rich.color import Color

Rgb: TypeAlias = tuple[float, float, float]

KINDS: Final = {
    # Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE
    # TVCG 15 (2009), severity 1.0; to be used on linear RGB.
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}


def linear(colour: Color) -> Rgb:
    """Linear light of an sRGB colour, 0 to 1 (WCAG 2.2, "relative luminance")."""
    assert colour.triplet is not None, f"{colour} is one of the terminal's own: nobody knows how it looks"
    red, green, blue = (_linear(value / 255) for value in colour.triplet)
    return red, green, blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    light, dark = sorted((_luminance(linear(one)), _luminance(linear(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(rgb: Rgb) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def distance(one: Color, other: Color, kind: str) -> float:
    """How far apart two colours look (CIE 1976 ΔE, D65) to eyes of that kind: some 2 is just to be seen."""
    return math.dist(_lab(_seen(linear(one), kind)), _lab(_seen(linear(other), kind)))


def _seen(rgb: Rgb, kind: str) -> Rgb:
    red, green, blue = (
        min(max(sum(part * light for part, light in zip(row, rgb, strict=True)), 0.0), 1.0) for row in KINDS[kind]
    )
    return red, green, blue


def _lab(rgb: Rgb) -> Rgb:
    red, green, blue = rgb
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)
