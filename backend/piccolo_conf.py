"""Tell Piccolo which engine and which tables there are (PICCOLO_CONF=backend.piccolo_conf)."""

from piccolo.conf.apps import AppRegistry

from backend.db.engine import Engine

DB = Engine()
APP_REGISTRY = AppRegistry(apps=["backend.db.piccolo_app"])
