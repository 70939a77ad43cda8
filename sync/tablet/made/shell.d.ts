// What backend/tablets/shell.py writes in front of the service worker: the version, and the sum of each file by its address.

declare const SHELL: { version: string; files: Record<string, string> };
