"""`python -m aicapital.data dictionary` writes the data dictionary again; `check` reads every table."""

import sys

from . import dictionary
from .schema import DataError, folder, table_names
from .tables import load


def main(argv: list[str]) -> int:
    try:
        if argv == ["dictionary"]:
            path = folder() / dictionary.FILE
            path.write_text(dictionary.text(), encoding="utf-8", newline="\n")
            print(f"Wrote {path}.")
            return 0
        if argv == ["check"]:
            for name in table_names():
                print(f"{name}: {len(load(name, all_reports=True))} rows")
            return 0
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
