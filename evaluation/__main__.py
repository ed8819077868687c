import sys

from evaluation.cli import main, stop_on_terminate

stop_on_terminate()
sys.exit(main())
