"""The scripts that share the model's places out: what is held stands in two sorted sets, by when it lapses.

Time is the server's, in milliseconds. KEYS are always live, bulk, pace, clock. The pace is a hash: `limit` (bulk rows
at once), `resume` (none begins before), `cut` (when the limit was last halved), `at` (when it last changed); no hash
is full pace. The clock is the instant of the last look: when the server's clock has jumped since, whatever is held is
moved along with it, so that nothing lapses early or stays for days, and the pace begins no later than it would have.
"""

from service.adapters.store import Script

_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local seen = redis.call('GET', KEYS[4])
local gap = now - tonumber(seen or now)
if gap < 0 or gap >= 60000 then
  for at = 1, 2 do
    for _, token in ipairs(redis.call('ZRANGE', KEYS[at], 0, -1)) do redis.call('ZINCRBY', KEYS[at], gap, token) end
  end
end
if gap < 0 then
  for _, field in ipairs({'resume', 'cut', 'at'}) do
    if redis.call('HEXISTS', KEYS[3], field) == 1 then redis.call('HINCRBY', KEYS[3], field, gap) end
  end
end
if not seen or gap < 0 or gap >= 500 then redis.call('SET', KEYS[4], string.format('%.0f', now)) end
"""

# ARGV token, most places for bulk, lease. Returns {1, now}, or {0, ms until it is worth asking; 0: when one is free}.
TAKE = Script(
    _NOW
    + """
local most = tonumber(ARGV[2])
local pace = redis.call('HMGET', KEYS[3], 'limit', 'resume')
local resume = tonumber(pace[2] or 0)
if now < resume then return {0, resume - now} end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
local bulk = redis.call('ZCARD', KEYS[2])
local limit = math.max(1, math.min(most, tonumber(pace[1] or most)))
if bulk >= limit or bulk + redis.call('ZCARD', KEYS[1]) >= most then return {0, 0} end
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
return {1, now}
"""
)

# ARGV token, lease. A live call is counted, whatever is held.
COUNT = Script(
    _NOW
    + """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return 1
"""
)

# ARGV lease, tokens. A place that has lapsed is not taken back: somebody else may have it.
RENEW = Script(
    _NOW
    + """
for i = 2, #ARGV do redis.call('ZADD', KEYS[2], 'XX', now + ARGV[1], ARGV[i]) end
return 1
"""
)

# ARGV most places for bulk. Returns {those held, how many may be}: none may while a refusal is waited out.
LOOK = Script(
    _NOW
    + """
local pace = redis.call('HMGET', KEYS[3], 'limit', 'resume')
local most = tonumber(ARGV[1])
local limit = math.max(1, math.min(most, tonumber(pace[1] or most)))
if now < tonumber(pace[2] or 0) then limit = 0 end
return {redis.call('ZCOUNT', KEYS[2], '(' .. now, '+inf'), limit}
"""
)

# ARGV token, most places for bulk, 1 after a success. One success a second gives the limit one place back.
GIVE = Script(
    _NOW
    + """
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
if ARGV[3] ~= '1' then return 0 end
local pace = redis.call('HMGET', KEYS[3], 'limit', 'at')
if not pace[1] or now - tonumber(pace[2] or 0) < 1000 then return 0 end
if pace[1] + 1 >= tonumber(ARGV[2]) then return redis.call('DEL', KEYS[3]) end
redis.call('HSET', KEYS[3], 'limit', pace[1] + 1, 'at', now)
return 1
"""
)

# ARGV when the place was taken, most places for bulk, ms to wait. A burst of refusals halves the limit once: those
# that began before the last cut say nothing new.
SLOW = Script(
    _NOW
    + """
local pace = redis.call('HMGET', KEYS[3], 'limit', 'resume', 'cut')
local most = tonumber(ARGV[2])
local limit = math.min(most, tonumber(pace[1] or most))
if tonumber(ARGV[1]) > tonumber(pace[3] or 0) then
  limit = math.max(1, math.floor(limit / 2))
  redis.call('HSET', KEYS[3], 'cut', now, 'at', now)
end
redis.call('HSET', KEYS[3], 'limit', limit, 'resume', math.max(now + ARGV[3], tonumber(pace[2] or 0)))
redis.call('PEXPIRE', KEYS[3], 600000)
return limit
"""
)
