"""These tests load exports with the libraries that they are for, which have an environment of their own."""

import os

collect_ignore_glob = [] if "TAPWORK_FORMATS" in os.environ else ["test_*.py"]
"""`make formats` names the Python that has the libraries."""
