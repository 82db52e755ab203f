"""Texts at random: of any script, from right to left, with what YAML, XML and paths could stumble over."""

from hypothesis import strategies as st

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\"'#:-|>% "),
    min_size=1,
    max_size=60,
).filter(str.strip)
SCRIPTS = st.sampled_from(
    [
        "Fit the key",
        'دليل "الإغلاق": 3 مم',
        "מפתח [M6]",
        "蓋を閉じる。",
        "关闭泵盖 #2",
        "나사 - 조임",
        "\u202bx\u202c|y",
        "yes",
        "1e3",
        "~",
    ]
)
LINES = SCRIPTS | WORDS
TEXTS = SCRIPTS | WORDS | st.lists(WORDS, min_size=2, max_size=3).map("\n".join)
SLUGS = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4})?", fullmatch=True)
MARKS = st.from_regex(r"[A-Za-z0-9é_-]{1,8}", fullmatch=True)
