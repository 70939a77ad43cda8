"""The database: engine, transaction at the edge, typed tables, migrations, the log."""

import os

os.environ.setdefault("PICCOLO_CONF", "backend.piccolo_conf")
