"""Where keys stand in a TOML document, against documents whose lines are known because they were written one by one."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from opsconsole.stack.lines import lines


def test_tables_arrays_of_tables_and_dotted_keys():
    text = '''\
# a comment with [brackets] and = signs
a = 1  # [not.a.table]
b.c = "x # y"

[t]
"quoted key" = 'lit\\eral'
'single' = 2
[t.u]
v = [1, 2,
     3, # three
     { w = 1, x = [
       4 ] } ]
[[s]]
n = """
several
[[s]]
lines \\""" """
m = { d.e = 1, f = {} }
[[s]]
n = \'\'\'it's [[s]]
\'\'\'
[s.sub]
k = 1979-05-27 07:32:00
[[s.deep]]
y = -inf
'''
    tomllib.loads(text)
    assert lines(text) == {
        ("a",): 2,
        ("b",): 3, ("b", "c"): 3,
        ("t",): 5,
        ("t", "quoted key"): 6,
        ("t", "single"): 7,
        ("t", "u"): 8,
        ("t", "u", "v"): 9, ("t", "u", "v", 0): 9, ("t", "u", "v", 1): 9, ("t", "u", "v", 2): 10,
        ("t", "u", "v", 3): 11, ("t", "u", "v", 3, "w"): 11, ("t", "u", "v", 3, "x"): 11,
        ("t", "u", "v", 3, "x", 0): 12,
        ("s",): 13, ("s", 0): 13,
        ("s", 0, "n"): 14,
        ("s", 0, "m"): 18, ("s", 0, "m", "d"): 18, ("s", 0, "m", "d", "e"): 18, ("s", 0, "m", "f"): 18,
        ("s", 1): 19, ("s", 1, "n"): 20,
        ("s", 1, "sub"): 22, ("s", 1, "sub", "k"): 23,
        ("s", 1, "deep"): 24, ("s", 1, "deep", 0): 24, ("s", 1, "deep", 0, "y"): 25,
    }  # fmt: skip


def test_windows_line_ends_count_as_one():
    assert lines('a = 1\r\n[b]\r\nc = """x\r\ny"""\r\nd = 2\r\n') == {
        ("a",): 1, ("b",): 2, ("b", "c"): 3, ("b", "d"): 5,
    }  # fmt: skip


TEXTS = st.text(st.sampled_from("ab \\\"'#[]{}=,.\n\té"), max_size=8)
VALUES = st.recursive(
    st.integers() | st.booleans() | TEXTS | st.sampled_from([1.5, -2e10]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def written(value, draw):
    """A value in one of the ways in which TOML lets people write it."""
    match value:
        case bool():
            return str(value).lower()
        case str() if "'" not in value and "\n" not in value and draw(st.booleans()):
            return f"'{value}'"
        case str() if draw(st.booleans()):
            body = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"""\n{body}"""'
        case str():
            return quoted(value)
        case list():
            gap = draw(st.sampled_from(["", " ", "\n", " # ] , [\n"]))
            return "[" + ",".join(gap + written(one, draw) for one in value) + gap + "]"
        case dict():
            return "{" + ", ".join(f"{quoted(key)} = {written(one, draw)}" for key, one in value.items()) + "}"
        case _:
            return repr(value)


def paths(value, path=()):
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, one in inner:
        yield (*path, part)
        yield from paths(one, (*path, part))


@given(st.data(), st.dictionaries(TEXTS, VALUES, max_size=5), st.lists(st.dictionaries(TEXTS, VALUES), max_size=3))
def test_every_key_that_the_parser_knows_has_its_line(data, top, tables):
    text, expected = "", {}
    for key, value in top.items():
        expected[(key,)] = text.count("\n") + 1
        text += f"{quoted(key)} = {written(value, data.draw)}\n"
    if ("the tables",) in expected:
        return
    for number, table in enumerate(tables):
        text += data.draw(st.sampled_from(["", "\n", "# [[no]]\n"]))
        expected[("the tables", number)] = text.count("\n") + 1
        text += '[["the tables"]]\n'
        for key, value in table.items():
            expected[("the tables", number, key)] = text.count("\n") + 1
            text += f"{quoted(key)} = {written(value, data.draw)}\n"
    found = lines(text)
    assert {path: found[path] for path in expected} == expected
    assert set(found) == set(paths(tomllib.loads(text)))
