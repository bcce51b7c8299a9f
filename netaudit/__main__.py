"""`python -m netaudit` is the program, where the script is not on the path."""

from netaudit.cli import main

main()
