"""`python -m aicapital COMMAND`: the course's few commands, the same on every system."""

import sys


def _course(argv):
    from .serving import main

    return main(argv)


def _execute(argv):
    from .authoring.execute import main

    return main(argv)


def _changed(argv):
    from .authoring.changed import main

    return main(argv)


def _claims(argv):
    from .learning import claims_map

    (path,) = argv or ["claims.html"]
    print(f"Wrote {claims_map(show_all=True).write(path)}.")


def _exercises(argv):
    from .grading.release import main_exercises

    return main_exercises(argv)


def _release(argv):
    from .grading.release import main_release

    return main_release(argv)


def _site(argv):
    from .site.build import main

    return main(argv)


def _settings(argv):
    from .serving import main_settings

    return main_settings(argv)


def _collect(argv):
    from .grading.collect import main

    return main(argv)


def _grade(argv):
    from .grading.__main__ import main

    return main(argv)


def _marks(argv):
    from .grading.marks import main

    return main(argv)


def _variants(argv):
    from .grading.variant_check import main

    return main(argv)


def _guide(argv):
    from .authoring.guide import main

    return main(argv)


def _doctor(argv):
    from .doctor import main

    return main(argv)


COMMANDS = {
    "course": (_course, "open the course in JupyterLab"),
    "doctor": (_doctor, "say what is wrong with this computer's set-up, and what to do"),
    "settings": (_settings, "print the course's server settings, for a hub or an image"),
    "execute": (_execute, "run notebooks in place, for committing"),
    "changed": (_changed, "list what an edit of the tables moves, and where it is shown"),
    "claims": (_claims, "write the page of all claims and verdicts (default: claims.html)"),
    "exercises": (_exercises, "write exercises/ from solutions/ (--check: only compare)"),
    "grade": (_grade, "mark a folder of submissions"),
    "marks": (_marks, "add marks made by hand; tables for Moodle and Canvas"),
    "variants": (_variants, "show what varies in a sheet from learner to learner, and check it"),
    "guide": (_guide, "write the teaching guide from its sources (--check: only compare)"),
    "release": (_release, "write the zips that a teacher hands out"),
    "site": (_site, "write the course as pages that need no kernel and no network"),
    "collect": (_collect, "copy a sheet from many home folders into one folder for grading"),
}


def main(argv: list[str]) -> int:
    if not argv or argv[0] not in COMMANDS:
        print(__doc__)
        print("\n".join(f"  {name:10} {what}" for name, (_, what) in COMMANDS.items()))
        if argv and argv[0] not in ("-h", "--help"):
            print(f"\nThere is no command {argv[0]!r}.")
            return 2
        return 0
    run, _ = COMMANDS[argv[0]]
    return run(argv[1:]) or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
