"""The card of a dataset, its README.md: what is in it, what its labels mean, whose it is, how to make and load it.

It refuses to trust a word: names, descriptions and credits are escaped, so that they say what they say and do nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from myriorama.app.conversion.engine_words import engine_told
from myriorama.app.conversion.escaping import code, fenced, markdown, paragraphs, yaml
from myriorama.app.conversion.facts import CardFacts
from myriorama.app.conversion.label_words import CONVENTIONS, DEFINITIONS, GROUND, OURS, ROLES
from myriorama.app.conversion.licences import HUGGING_FACE, SHIPPED, credit_of
from myriorama.app.conversion.snippets import snippets_of
from myriorama.app.dataset.layout import CARD_PICTURE, CROISSANT, MANIFEST, PROJECT
from myriorama.app.production.plugins_used import PLUGIN
from myriorama.plugins.splitting import PARTS

_SHOWN_FILES: Final = 40
_REASONS: Final = {
    "class": "their class",
    "visible": "too little that is visible",
    "size": "too small a box",
    "area": "too few pixels",
}
_SIZES: Final = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"))


def card_text(facts: CardFacts, *, pictured: bool) -> str:
    """Return the card.

    Parameters
    ----------
    pictured : bool
        Whether the page of sample pictures lies beside it.
    """
    info = facts.info
    blocks = [
        "---\n" + "\n".join(front_matter(facts)) + "\n---\n",
        f"# {markdown(info.name)}\n",
        paragraphs(info.description) + "\n" if info.description.strip() else "",
        _opening(facts) + "\n",
        f"![Samples with their labels drawn over]({CARD_PICTURE})\n" if pictured else "",
        _section("What is in it", _counts(facts)),
        _section("Classes", _classes(facts)),
        _section("What the labels mean", _labels(facts)),
        _section("Formats", _formats(facts)),
        _section("Load it, train with it", _loading(facts)),
        _section("Licence and credits", _licence(facts)),
        _section("How it was made", _making(facts)),
    ]
    return "\n".join(block for block in blocks if block)


def _section(title: str, lines: Iterator[str]) -> str:
    return f"## {title}\n\n" + "\n".join(lines).rstrip() + "\n"


def _table(head: Sequence[str], rows: Iterator[Sequence[str]], right: str = "") -> Iterator[str]:
    """Yield a table; columns whose letter in `right` is r are set to the right."""
    yield "| " + " | ".join(head) + " |"
    yield "|" + "|".join(" ---: " if right[k : k + 1] == "r" else " --- " for k in range(len(head))) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def front_matter(facts: CardFacts) -> Iterator[str]:
    """Yield the lines of the YAML that Hugging Face reads."""
    info = facts.info
    yield f"pretty_name: {yaml(info.name)}"
    if info.licence in HUGGING_FACE:
        yield f"license: {HUGGING_FACE[info.licence]}"
    elif info.licence:
        yield from ("license: other", f"license_name: {yaml(info.licence)}")
    else:
        yield "license: unknown"
    yield "task_categories:"
    yield from (f"- {task}" for task in _tasks(facts))
    yield "size_categories:"
    yield f"- {next((name for limit, name in _SIZES if facts.tally.samples < limit), 'n>10M')}"
    yield "annotations_creators:\n- machine-generated"
    yield "tags:\n- synthetic\n- myriorama"
    yield from (f"- {yaml(f.name)}" for f in facts.formats)
    yield from _configs(facts)


def _configs(facts: CardFacts) -> Iterator[str]:
    """Yield which files Hugging Face shows: those of its own format, or the pictures."""
    split = {"val": "validation"}
    tables = sorted(path for path in facts.paths if path.endswith((".parquet", "/metadata.jsonl")))
    if tables:
        yield "configs:\n- config_name: default\n  data_files:"
        for part in PARTS:
            if facts.tally.parts[part]:
                mine = [path for path in tables if f"/{part}" in path]
                globs = [f"{path.rpartition('/')[0]}/*" if path.endswith(".jsonl") else path for path in mine]
                yield f"  - split: {split.get(part, part)}\n    path:"
                yield from (f"    - {yaml(path)}" for path in globs)
    elif "images/*.png" in facts.patterns:
        yield 'configs:\n- config_name: default\n  data_files: "images/*.png"'


def _tasks(facts: CardFacts) -> list[str]:
    tasks = ["object-detection"]
    tasks += [] if _loses(facts, "masks") else ["image-segmentation"]
    tasks += ["keypoint-detection"] if facts.tally.keypoints and not _loses(facts, "keypoints") else []
    tasks += ["depth-estimation"] if any("depth" in pattern.split("/") for pattern in facts.patterns) else []
    return tasks


def _loses(facts: CardFacts, what: str) -> bool:
    """Tell whether an export has nothing of some labels; a dataset has its records."""
    return facts.of_export and any(
        loss == what or loss.startswith(f"{what},") for told in facts.formats for loss in told.losses
    )


def _opening(facts: CardFacts) -> str:
    tally, info = facts.tally, facts.info
    objects = _many(tally.labelled, "labelled object")
    kind = "An export of a synthetic dataset" if facts.of_export else "A synthetic dataset"
    return (
        f"{kind}: {_many(tally.samples, 'picture')} of {info.width} x {info.height} pixels with {objects} of "
        f"{_many(sum(1 for row in info.classes if row.kind == 'thing'), 'class')}, rendered and labelled by "
        f"{markdown(info.program)}."
    )


def _many(count: int, word: str) -> str:
    plural = word if count == 1 else f"{word}es" if word.endswith("s") else f"{word}s"
    return f"{count:,} {plural}"


def _counts(facts: CardFacts) -> Iterator[str]:
    tally = facts.tally
    rows = []
    for part in PARTS:
        if tally.parts[part]:
            objects = sum(n for (_, p), n in tally.objects.items() if p == part)
            rows.append((part, f"{tally.parts[part]:,}", f"{objects:,}"))
    if len(rows) > 1:
        rows.append(("together", f"{tally.samples:,}", f"{tally.labelled:,}"))
    yield from _table(("part", "pictures", "labelled objects"), iter(rows), "-rr")
    mean = tally.labelled / max(1, tally.samples)
    yield f"A picture holds {mean:.1f} labelled objects on average and {tally.most} at most."
    if tally.empty:
        yield f"{_many(tally.empty, 'picture')} without a labelled object {_is_are(tally.empty)} among them."
    if tally.hidden:
        yield f"{_many(tally.hidden, 'object')} without a visible pixel {_is_are(tally.hidden)} not counted."
    if tally.ignored:
        yield f"{_many(tally.ignored, 'object')} {_is_are(tally.ignored)} to be ignored, neither rewarded nor punished."
    left_out = facts.source.quarantined
    if left_out:
        yield f"{_many(left_out, 'sample')} could not be made or failed a check and {_is_are(left_out)} not in the set."
    split = facts.source.selection.split
    if len(split.parts) > 1:
        whose = f"the drawn value {code(split.by)}" if split.by else "each sample's key"
        yield f"The part follows from {whose}, so it stays the same when the set grows."
    yield ""
    yield from _table(("files", "what"), iter(_files(facts)))


def _is_are(count: int) -> str:
    return "is" if count == 1 else "are"


def _files(facts: CardFacts) -> Iterator[tuple[str, str]]:
    roles = (
        {told["path"].split("/")[0]: role for role, told in facts.tally.roles.items()} if not facts.of_export else {}
    )
    for pattern in facts.patterns:
        role = roles.get(pattern.split("/")[0], "")
        told = facts.tally.roles.get(role, {})
        words = ROLES.get(role, markdown(role))
        if "unit_m" in told and told.get("value") != "metres":
            words += f" (stored numbers times {told['unit_m']:g} m)"
        elif str(told.get("value", "stored")) not in ("stored", "metres", "stored * unit_m"):
            words += f"; {code(str(told['value']))}"
        fallback = {"records": "everything about each sample, as JSON", "images": "the pictures"}
        yield code(pattern), words or fallback.get(pattern.split("/")[0], "of each sample")
    for entry in facts.whole[:_SHOWN_FILES]:
        yield code(entry.path), "the project that it was made from" if entry.path == PROJECT else "of the whole set"
    if len(facts.whole) > _SHOWN_FILES:
        yield f"and {len(facts.whole) - _SHOWN_FILES} more", "of the whole set"
    sums = "SHA256SUMS" if facts.of_export else MANIFEST
    yield code(sums), "the SHA-256 of every file"
    yield code(CROISSANT), "this card for machines, in the Croissant format"


def _classes(facts: CardFacts) -> Iterator[str]:
    tally = facts.tally
    parts = [part for part in PARTS if tally.parts[part]]
    split = parts if len(parts) > 1 else []

    def rows() -> Iterator[Sequence[str]]:
        for row in facts.info.classes:
            counts = [tally.objects[(row.name, part)] for part in split]
            total = sum(n for (name, _), n in tally.objects.items() if name == row.name)
            of_stuff = row.kind == "stuff" and not total
            numbers = ["-" if of_stuff else f"{n:,}" for n in (*counts, total)]
            over = markdown(row.supercategory) or "-"
            yield (str(row.id), markdown(row.name), over, row.kind, code(row.color), *numbers)

    head = ("id", "class", "of", "kind", "colour", *split, "objects")
    yield from _table(head, rows(), "r----" + "r" * (len(split) + 1))
    named = {} if _loses(facts, "keypoints") else tally.keypoints
    for name, names in sorted(named.items()):
        yield f"- Keypoints of {markdown(name)}: {', '.join(map(markdown, names))}."
    yield from ("",) if named else ()
    if facts.source.selection.shows_all:
        return
    yield "These are the classes as formats show them. Of the project's own:"
    yield ""

    def fates() -> Iterator[Sequence[str]]:
        for row in facts.source.info.classes:
            use, shown = facts.view.use_of_class(row.name), facts.view.shown_class(row.name)
            fate = {"ignore": "regions to ignore", "drop": "background"}.get(use, "")
            if shown is not None:
                same = (shown.id, shown.name) == (row.id, row.name)
                fate = "as it is" if same else f"{markdown(shown.name)}, id {shown.id}"
            yield str(row.id), markdown(row.name), fate

    yield from _table(("id", "class", "shown as"), fates(), "r")
    limits = facts.source.selection.filter
    told = [
        f"{words} is less than {limit:g}{unit}"
        for limit, words, unit in (
            (limits.min_visible, "whose visible fraction", ""),
            (limits.min_size_px, "whose box's shorter side", " pixels"),
            (limits.min_area_px, "whose number of visible pixels", ""),
        )
        if limit
    ]
    if told:
        becomes = "regions to ignore" if limits.use == "ignore" else "background"
        yield f"Objects {' or '.join(told)} are {becomes}."
    reasons = {
        "visible": "too little visible",
        "size": "too small a box",
        "area": "too few pixels",
        "class": "their class",
    }
    removed = [f"{n:,} for {reasons[why]}" for why, n in sorted(tally.removed.items()) if n]
    if removed:
        yield f"Objects that are not labelled: {', '.join(removed)}."


def _labels(facts: CardFacts) -> Iterator[str]:
    yield GROUND + "\n"
    known = [name for name in DEFINITIONS if name in facts.tally.annotators]
    yield from (f"- {DEFINITIONS[name]}" for name in known)
    others = [name for name in facts.tally.annotators if name not in DEFINITIONS]
    yield from (f"- {code(name)}: labels of a plugin." for name in others)
    yield "\n" + (
        OURS if not facts.of_export else "So the dataset was labelled; what this format holds of it stands below."
    )


def _formats(facts: CardFacts) -> Iterator[str]:
    for told in facts.formats:
        yield f"### {markdown(told.label)} ({code(told.name)}, version {markdown(told.version)})\n"
        yield paragraphs(told.help)
        if told.name in CONVENTIONS:
            yield CONVENTIONS[told.name]
        if told.options:
            written = json.dumps(dict(told.options), ensure_ascii=False, sort_keys=True)
            yield f"\nOptions: {code(written)}"
        yield "\nWhat it cannot hold:\n" if told.losses else "\nIt holds everything that was rendered.\n"
        yield from (f"- {markdown(loss)}" for loss in told.losses)
        yield ""


def _loading(facts: CardFacts) -> Iterator[str]:
    yield "Run these in this folder.\n"
    for snippet in snippets_of(facts):
        needs = f" ({code('pip install ' + snippet.needs)})" if snippet.needs else ""
        yield f"### {snippet.title}{needs}\n"
        yield fenced(snippet.code, snippet.language)


def _licence(facts: CardFacts) -> Iterator[str]:
    info = facts.info
    told = markdown(info.licence) if info.licence.strip() else "not told; ask its maker before you share it"
    yield f"Licence of the dataset: **{told}**\n"
    yield from (f"- {markdown(credit)}" for credit in info.credits if credit.strip())
    used: dict[tuple[str, str, str], list[str]] = {}
    own = []
    for reference in sorted(facts.tally.assets):
        credit = credit_of(reference)
        if credit is None:
            own.append(reference)
        else:
            key = (credit.made_by, credit.source, credit.licence)
            used.setdefault(key, []).append(reference.removeprefix(SHIPPED))
    if used:
        yield "\nAssets that come with the program and are in its pictures:\n"
        rows = ((_some(files), *map(markdown, key)) for key, files in sorted(used.items()))
        yield from _table(("files", "made by", "from", "licence"), rows)
    if own:
        yield f"\nFiles of the project itself, whose licences this program does not know: {_some(own)}."


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(map(code, names[:_SHOWN_FILES]))
    return shown + (f" and {len(names) - _SHOWN_FILES} more" if len(names) > _SHOWN_FILES else "")


def _making(facts: CardFacts) -> Iterator[str]:
    info, source = facts.info, facts.source
    if facts.of_export:
        yield "From the dataset by its name, with the same versions and plugins, the same bytes come again:\n"
    else:
        yield "With the same versions, plugins and device the same bytes come again:\n"
    yield fenced(source.command, "sh")
    own = [reference for reference in facts.tally.assets if not reference.startswith(SHIPPED)]
    if own and not facts.of_export:
        yield f"Its files are not in this dataset: put `{PROJECT}` beside them, or name their folder with `--assets`.\n"
    rows: list[tuple[str, str]] = [("pictures by", markdown(engine_told(source.engine, source.tracing)))]
    rows += [("seed", str(info.seed)), ("project hash", code(info.project_hash))]
    rows += [("dataset digest", code(source.digest))] if source.digest else []
    rows += [(markdown(name), code(v)) for name, v in sorted(source.versions.items()) if not name.startswith(PLUGIN)]
    rows += [
        (f"plugin {markdown(name.removeprefix(PLUGIN))}", code(v))
        for name, v in sorted(source.versions.items())
        if name.startswith(PLUGIN)
    ]
    rows += [("device", markdown(device)) for device in source.devices]
    yield from _table(("what", "which"), iter(rows))
    if not facts.of_export:
        yield f"`myriorama verify .` checks every file and label of it; `{MANIFEST}` holds the digest of all."
    else:
        yield "`sha256sum -c SHA256SUMS` checks every file of it."
