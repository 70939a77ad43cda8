"""This file decides what the application may do on the queue's server: which commands, keys and channels.

Whoever gets hold of the address may enqueue ids that PostgreSQL knows or does not know, and do nothing else: no script, no
other key, no setting of the server, no file, no emptying of everything. The same line serves an ordinary Redis
(docs/operations/run-it.md). A release of RQ that needs another command fails in the tests, which all run as this user.
"""

import hashlib
from typing import Final

NAME: Final = "maraude_queue"
# What RQ sends for jobs, workers and their registries; names known to Redis 7.0 and later.
_COMMANDS: Final = (
    "hello ping client|info client|setname info multi exec discard watch unwatch "
    "exists type ttl expire persist del unlink set get "
    "hset hget hmget hgetall hdel hexists hincrby hincrbyfloat "
    "llen lrange lpush rpush lpop blpop lrem lmove blmove "
    "sadd srem scard smembers sismember "
    "zadd zrem zcard zcount zscore zrange zrangebyscore zrevrange zremrangebyscore zremrangebyrank "
    "xadd xlen xtrim publish subscribe unsubscribe"
)
RULE: Final = " ".join(["~rq:*", "&rq:*", "-@all", *(f"+{command}" for command in _COMMANDS.split())])


def users_file(password: str) -> str:
    """Return the content of an ACL file: this user, by the hash of the password; anybody else may ask whether it lives.

    >>> users_file("secret").splitlines()[0]
    'user default on nopass resetkeys resetchannels -@all +ping'
    """
    digest = hashlib.sha256(password.encode()).hexdigest()
    return f"user default on nopass resetkeys resetchannels -@all +ping\nuser {NAME} on #{digest} {RULE}\n"
