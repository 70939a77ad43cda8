"""Put the parts of the web server together: the only place that knows them all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from admin.break_glass import page as break_glass_page
from admin.break_glass import review_page as break_glass_reviews
