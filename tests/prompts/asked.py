"""Prompts about known things, by known people."""

import numpy as np
import polars as pl

SUBJECTS = {
    "cooking": ("en", "recipe dinner with tomato pasta garlic oven bake onion sauce"),
    "code": ("en", "python function sorts list returns integers recursion loop bug class"),
    "travel": ("en", "plan trip train hotel museum weekend city ticket beach luggage"),
    "renting": ("de", "Brief Vermieter Miete Wohnung Heizung Kündigung Kaution Nebenkosten"),
    "chinese": ("zh", "写一个函数 计算数组 排序算法 返回结果 编程语言 代码错误"),
}
FILLERS = {
    "en": "the please of for that write me and",
    "de": "bitte einen an wegen der und schreibe",
    "zh": "请 的",
}


def asked(prompts: int = 600, people: int = 80, seed: int = 3) -> pl.DataFrame:
    """Draw prompts: five words of a subject, in any order, between words that mean nothing."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(prompts):
        subject = list(SUBJECTS)[number % len(SUBJECTS)]
        language, words = SUBJECTS[subject]
        chosen = list(random.choice(words.split(), 5, replace=False))
        chosen += list(random.choice(FILLERS[language].split(), 2))
        text = " ".join(random.permutation(chosen))
        rows.append((f"{text} mysecret{number}", f"voter-{number % people}", language, subject))
    return pl.DataFrame(rows, ["prompt", "voter", "language", "subject"], orient="row")
