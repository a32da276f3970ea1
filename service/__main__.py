"""`python -m service` is `script-coach`."""

from service.cli import main

if __name__ == "__main__":
    main()
