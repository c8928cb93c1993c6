import os
from importlib import import_module
from pkgutil import walk_packages

from hypothesis import settings

import scaffold

pytest_plugins = ["commands", "servers"]

# The short one draws the same examples in each run, so that a change is judged by what it changes;
# `make test-long` draws new ones. Both print what brings a failure back.
settings.register_profile(
    "short", max_examples=25, deadline=None, print_blob=True, derandomize=True
)
settings.register_profile("long", max_examples=500, deadline=None, print_blob=True)
# Hypothesis draws the constants of modules, too: of all of them, whichever tests came before.
for module in walk_packages(scaffold.__path__, "scaffold."):
    if not module.name.endswith(".__main__"):
        import_module(module.name)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))
