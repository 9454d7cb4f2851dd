"""`python -m brightbroom`."""

import sys

from brightbroom.cli import main

sys.exit(main())
