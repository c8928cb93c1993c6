import os

from hypothesis import settings

pytest_plugins = ["commands", "servers"]

# `make test-long` asks for the long one. Both print what brings a failure back.
settings.register_profile("short", max_examples=25, deadline=None, print_blob=True)
settings.register_profile("long", max_examples=500, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))
