"""What holds for every test: the time zone data of the pinned package, never the host's."""

from __future__ import annotations

import os
import zoneinfo

from hypothesis import HealthCheck, settings

zoneinfo.reset_tzpath(to=())

settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")
