"""Strings on which tokenizers disagree: prompts as people write them, and everything Unicode does to them."""

import random

PLAIN = """a photo of a cat|a photo of a dog.|a blurry photo of the number: "7".|A Photo Of A Checkered Pattern|an origami woven texture
the digit zero|a centered satellite photo of annual crop land.|a close up photo of a "no entry for vehicles" traffic sign.|i love my 2012 Audi TT RS Coupe!
a photo of a Sun397 airplane_cabin.|aerial imagery of the commercial area.|a low resolution photo of a t-shirt|itap of a tench.|art of the hammerhead shark
a photo of a|a|A|the|photo|xylophone|antidisestablishmentarianism|supercalifragilisticexpialidocious|Zürich Hauptbahnhof
a photo of {}|{}|a photo of a {c}.|red, green and blue|one. two! three? four; five: six|(in brackets) [square] {curly} <angle>""".replace(
    "\n", "|"
).split("|")

APOSTROPHES = ["don't", "DON'T", "it's", "we're", "they've", "I'm", "you'll", "she'd", "'tis", "rock 'n' roll", "dogs'", "don’t", "it’s ‘quoted’", "''", "'s", "' s", "a's's", "'re've'll",
               "O'Neill's", "y'all'd've", "'S", "'T'", "l'été d'août", "5'3\""]  # fmt: skip

DIGITS = [
    "0",
    "7",
    "42",
    "2024",
    "3.14159",
    "1,000,000",
    "1e-5",
    "-5",
    "+7",
    "50%",
    "$9.99",
    "#1",
    "1st 2nd 3rd",
    "a1b2c3",
    "mp3",
    "x86_64",
    "½ ¾",
    "x² + y³",
    "Ⅷ ⅷ",
    "٠١٢٣٤٥٦٧٨٩",
    "१२३",
    "０１２３",
    "①②③",
    "①a",
]

WHITE_SPACE = ["", " ", "  ", "\t", "\n", "a  b", "a   b    c", " leading", "trailing ", " both ", "tab\tbetween", "new\nline", "carriage\r\nreturn", "vertical\x0btab", "form\x0cfeed",
               "no-break\u00a0space", "ideographic\u3000space", "thin\u2009space", "line\u2028separator", "paragraph\u2029separator", "next\u0085line", "zero\u200bwidth", "\ufeffbyte order mark",
               "narrow\u202fspace", "mongolian\u180espace", "\u00a0", "\u3000a\u3000", "a\n\n\nb\t\t c", "word\u2060joiner", "file\x1cseparator\x1funit"]  # fmt: skip

PUNCTUATION = ["!", "...", "…", "—", "a—b", "a-b", "a_b", "__init__", "a.b.c", "what?!", "?!?!?!", "@user #tag", "https://example.com/a?b=c&d=e", "C:\\path\\file", "100%!", "~`^*", "©®™", "€£¥", "&amp; &lt;",
               "a/b", "“quoted”", "«guillemets»", "¿qué?", "¡hola!", "!!!!!!!!!!!!!!!!!!!!", "-----", "=====", ".a", "a.", "\"", "\\", "|", "<|", "|>"]  # fmt: skip

ACCENTS = ["café", "cafe\u0301", "naïve", "über", "ÜBER", "Ångström", "A\u030angstro\u0308m", "ﬁne ﬂow", "straße", "STRASSE", "ẞ", "İstanbul", "ISTANBUL", "ıi", "Σίσυφος", "ΟΔΥΣΣΕΥΣ", "ΟΔΟΣ ΟΔΟΣ", "Ǆ ǅ ǆ", "ÞÐ þð",
           "œuvre Œ", "\u212b", "\u212a", "\u2126", "e\u0323\u0301", "e\u0301\u0323", "\u0301", "q\u0307\u0323", "ﬀ", "ŉ", "Ｆｕｌｌ　ｗｉｄｔｈ", "𝐛𝐨𝐥𝐝", "ªº"]  # fmt: skip

SCRIPTS = ["фото кошки", "ФОТО КОШКИ", "ёж Ёж е\u0308ж", "一张猫的照片", "猫の写真", "ガ か\u3099 ｶﾞ", "고양이 사진", "\u1100\u1161\u11a8", "각", "صورة قطة", "صُورَة", "תמונה של חתול", "รูปแมว", "बिल्ली की तस्वीर", "ক্ষ", "தமிழ்", "ფოტო", "ᲤᲝᲢᲝ", "Ꭰꭰ", "🂡", "𐐀𐐨", "𝕏", "𠮷野家",
           "a猫b", "abc123def", "Ωmega", "ⓐⒶ", "ʰʷ", "ǃXóõ", "አማርኛ", "မြန်မာ", "ភាសាខ្មែរ"]  # fmt: skip

EMOJI = ["🙂", "🙂🙂", "a photo of a 🐱", "👍🏽", "👨‍👩‍👧‍👦", "🇩🇪", "🇩🇪🇫🇷", "❤️", "❤", "☺️", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "emoji🙂inside", "🙂.", "♥♦♣♠", "→ ⇒", "∀x∈ℝ", "★☆", "\U0001fae0", "\U000e0041"]  # fmt: skip

SPECIAL = ["<|startoftext|>", "<|endoftext|>", "a <|endoftext|> b", "<|startoftext|>a photo<|endoftext|>", "<|ENDOFTEXT|>", "< |endoftext|>", "<|endoftext|", "<|endoftext|><|endoftext|>", "x<|endoftext|>y", "</w>", "a</w>", "a photo</w> of",
           "<|pad|>", "[CLS]", "\x00", "a\x00b", "\x7f", "\x01\x02", "\ufffd", "\ufffe", "\ue000", "!</w>"]  # fmt: skip


def long_strings() -> list[str]:
    rng = random.Random(5)
    words = "a photo of the old red wooden house by a lake with many small boats and birds above it".split()
    sentences = [" ".join(rng.choice(words) for _ in range(length)) for length in (20, 60, 74, 75, 76, 77, 120, 400)]
    return [
        *sentences,
        "a" * 300,
        "ab" * 200,
        "z" * 76,
        "1" * 75,
        "1" * 76,
        "é" * 40,
        "🙂" * 30,
        "!" * 200,
        "a " * 75,
        "a " * 76,
        "-a" * 60,
        "pneumonoultramicroscopicsilicovolcanoconiosis" * 3,
    ]


def prompts_of_tasks() -> list[str]:
    """Prompts of the classification tasks that FusionBench itself has: real class names in real templates."""
    from fusion_bench.tasks.clip_classification import CLIPTemplateFactory

    rng = random.Random(6)
    prompts = []
    for task in ("sun397", "stanford-cars", "resisc45", "eurosat", "svhn", "gtsrb", "mnist", "dtd"):
        classnames, templates = CLIPTemplateFactory.get_classnames_and_templates(task)
        prompts += [rng.choice(templates)(classname) for classname in rng.sample(list(classnames), 6)]
    return prompts


def groups_of_strings() -> dict[str, list[str]]:
    return {
        "plain": PLAIN, "tasks": prompts_of_tasks(), "apostrophes": APOSTROPHES, "digits": DIGITS, "white space": WHITE_SPACE, "punctuation": PUNCTUATION,
        "accents and case": ACCENTS, "scripts": SCRIPTS, "emoji and symbols": EMOJI, "special tokens": SPECIAL, "long": long_strings(),
    }  # fmt: skip
