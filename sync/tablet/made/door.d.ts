// The types of the module that backend/tablets/made.py writes from backend/doses when the server starts; the check holds it to them.

import type { Door } from "../screens/at.js";

export const DOOR: Door;
