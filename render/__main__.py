"""``python -m jetfield.render``: the ``jetfield`` command."""

from .cli import main

if __name__ == "__main__":
    raise SystemExit(main())
