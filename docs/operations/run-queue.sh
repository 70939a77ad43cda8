#!/bin/sh
# Run Redis for Maraude: nothing on disk, and one user that may queue and do nothing else. Words after it go to Redis.
#
# QUEUE_PASSWORD is that user's password; Redis is given its SHA-256. Anybody else may ask whether the server lives.
# What the user may do is decided in backend/embedded/queue_user.py; a test holds this line against it.
set -eu
rule='~rq:* &rq:* -@all +hello +ping +client|info +client|setname +info +multi +exec +discard +watch +unwatch +exists +type +ttl +expire +persist +del +unlink +set +get +hset +hget +hmget +hgetall +hdel +hexists +hincrby +hincrbyfloat +llen +lrange +lpush +rpush +lpop +blpop +lrem +lmove +blmove +sadd +srem +scard +smembers +sismember +zadd +zrem +zcard +zcount +zscore +zrange +zrangebyscore +zrevrange +zremrangebyscore +zremrangebyrank +xadd +xlen +xtrim +publish +subscribe +unsubscribe'
users="${TMPDIR:-/tmp}/maraude-queue.acl"
digest=$(printf %s "${QUEUE_PASSWORD:?set it}" | sha256sum | cut -d ' ' -f 1)
unset QUEUE_PASSWORD
umask 077
{
  echo "user default on nopass resetkeys resetchannels -@all +ping"
  echo "user maraude_queue on #$digest $rule"
} > "$users"
exec redis-server --aclfile "$users" --save "" --appendonly no --maxmemory-policy noeviction "$@"
