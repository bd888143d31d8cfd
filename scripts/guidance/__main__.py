"""`python -m guidance`."""

from guidance.cli.commands import main

if __name__ == "__main__":
    main()
