"""Results as tables of text that are valid Markdown too."""

from collections.abc import Sequence


def show(titles: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    cells = [[str(cell) for cell in row] for row in (titles, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(titles))]
    head, *rest = [" | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in cells]
    line = " | ".join("-" * width for width in widths)
    print("\n".join(f"| {row} |" for row in (head, line, *rest)), flush=True)
