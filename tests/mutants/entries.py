"""The seeded bugs: what is broken, where, and the tests that must notice."""

from typing import NamedTuple

_UNIT, _CONTRACT, _PROPERTY = "tests/unit/test_", "tests/contract/test_", "tests/property/test_"


class Mutant(NamedTuple):
    """One bug: in `file`, the one place that reads `old` is made `new`; some test of `tests` must then fail."""

    name: str
    promise: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    also: tuple[str, str] = ("", "")
    """A second place of the file, where one guard alone would hide the loss of the other."""

    def planted(self, good: str) -> str:
        """The text of the file with the bug in it. Raises ValueError when a place is not there exactly once."""
        for old, new in ((self.old, self.new), self.also):
            if old and good.count(old) != 1:
                raise ValueError(f"{self.name}: {self.file} does not hold its text exactly once")
            good = good.replace(old, new) if old else good
        return good


def _bug(name: str, promise: str, file: str, old: str, new: str, *tests: str) -> Mutant:
    return Mutant(name, promise, f"service/{file}", old, new, tuple(f"{test}.py" for test in tests))


_REWRITE, _ATTEMPTS, _VERIFYING = f"{_UNIT}rewrite", f"{_UNIT}attempts", f"{_UNIT}verifying"
_FAULTS, _WIRE, _FLIGHTS = f"{_CONTRACT}model_faults", f"{_CONTRACT}model_wire", f"{_CONTRACT}flights"
_VERIFY = "core/verifying/__init__.py"
MUTANTS = (
    # What a model may read.
    _bug("masking off", "R50", "core/masking.py", "(raw[at : fact.span.start], book.entry(fact).name)", "(raw[at : fact.span.start], fact.text)", _REWRITE),
    _bug("history is sent unmasked", "R50", "core/masking.py", 'Turn(turn.role, _hide_context(normalize(turn.text), book, by_agent=turn.role == "agent"))', "turn", f"{_UNIT}masking", _REWRITE),
    _bug("what a token hides is read again", "R50", "core/masking.py", "return TOKEN_LIKE.sub(shown, text)", "return TOKEN_LIKE.sub(shown, TOKEN_LIKE.sub(shown, text))", f"{_UNIT}masking"),
    _bug("forged tokens are believed", "R50", "core/facts/placeholder.py", r"|\[[^\[\]\n]{1,60}\]|", "|", f"{_UNIT}masking", f"{_PROPERTY}masking"),
    # What makes two requests the same.
    _bug("cache key without the tenant's secret", "R31", "core/cache_key.py", "hmac.new(secret, ", 'hmac.new(b"all", ', _REWRITE, f"{_CONTRACT}cache"),
    _bug("cache key without lengths", "R31", "core/cache_key.py", 'b"%d:" % len(raw)', 'b":"', f"{_PROPERTY}cache_key"),
    _bug("cache key without the policy's version", "R32", "flow/work.py", "self.policy.stamp.name, self.policy.stamp.version,", "self.policy.stamp.name,", f"{_UNIT}cache_key"),
    _bug("cache key without the mode", "R32", "flow/work.py", "reading.title, self.draft.mode,", "reading.title,", _REWRITE),
    _bug("cache key without the customer's words", "R32", "flow/work.py", "masked.draft, masked.customer, history,", "masked.draft, history,", _REWRITE),
    _bug("cache key without the models", "R32", "flow/work.py", '"\\x00".join(self.ports.attempts.models)', '""', f"{_UNIT}cache_key"),
    _bug("the seal of a value is not checked", "R14", "adapters/sealed.py", "if not hmac.compare_digest(raw[:_MAC_BYTES], _mac(name, secret, payload)):", "if False:", f"{_CONTRACT}cache"),
    _bug("a value is good under any name", "R14", "adapters/sealed.py", 'b"%d:%b%b" % (len(name), name, payload)', "payload", f"{_CONTRACT}cache"),
    _bug("a value of any size is read", "R14", "adapters/cache.py", 'b"GETRANGE", name, b"0", _LAST', 'b"GET", name', f"{_CONTRACT}cache"),
    _bug("a proof is good for any text", "R32", "flow/work.py", "(self.key.name, hidden, self.draft.text, candidate)", "(self.key.name,)", f"{_UNIT}proofs"),
    _bug("a proof is good whatever the tokens hide", "R32", "flow/work.py", "self.key.name, hidden, self.draft.text, candidate", "self.key.name, candidate", f"{_UNIT}proofs"),
    _bug("a report is good on any channel", "R32", "flow/recall.py", "scenario.id if scenario else None, draft.channel,", "scenario.id if scenario else None,", f"{_UNIT}recall"),
    _bug("a report outlives its policy", "R32", "flow/recall.py", "tenant, policy.stamp.name, policy.stamp.version,", "tenant, policy.stamp.name,", f"{_UNIT}recall"),
    _bug("a hit is not verified", "R32", "flow/rewrite.py", "return judged if isinstance(judged, Delivery) else None", 'return judged if isinstance(judged, Delivery) else Delivery(cached.text, cached.text, work.before, "model", cached.model)', _REWRITE),
    # What may leave.
    _bug("refusals and wrapping are not looked for", "R20 R21", _VERIFY, "list(shape.unlike_a_reply(sources, text, canaries))", "[]", _VERIFYING),
    _bug("refusals are not looked for", "R20", "core/verifying/shape.py", "    yield from _refuses(sources, text)\n", "", _VERIFYING),
    _bug("the prompt may be told", "R21", "core/verifying/shape.py", "if canaries and (leaks := _leaks(canaries, whole)) is not None and leaks.search(text.squeezed):", "if False:", _VERIFYING),
    _bug("the fact check is skipped", "R22", _VERIFY, "        *claims.lost_and_invented(sources, text, facts),\n", "", f"{_UNIT}corruptions"),
    _bug("the commitment check is skipped", "R22", _VERIFY, "        *commitments.added(sources, text),\n", "", f"{_UNIT}corruptions"),
    _bug("the negation check is skipped", "R22", _VERIFY, "        *denials.turned(sources, text, facts),\n", "", f"{_UNIT}corruptions"),
    _bug("exchanged facts pass", "R22", _VERIFY, "        *bindings.swapped(sources, text, facts),\n", "", f"{_UNIT}corruptions"),
    _bug("dropped limits pass", "R22", _VERIFY, "        *limits.unbounded(sources, text, facts),\n", "", _VERIFYING, f"{_UNIT}corruptions"),
    _bug("tokens are not counted", "R22", _VERIFY, "    reasons += tokens.misused(sources, candidate)\n", "", _VERIFYING),
    _bug("the policy is not asked about the candidate", "R23", _VERIFY, "() if after.verdict is Verdict.PASS else ", "() if after else ", _VERIFYING),
    # A sick model.
    _bug("one repair more", "R17", "flow/engines.py", "MAX_REPAIRS = 2", "MAX_REPAIRS = 3", _REWRITE),
    _bug("the breaker opens late", "R1", "flow/breaker.py", "OPENS_AFTER = 5", "OPENS_AFTER = 50", _ATTEMPTS),
    _bug("an open breaker lets everybody probe", "R1", "flow/breaker.py", "        if self._probe_at is not None:\n            self._probe_at = now + REST_S\n", "", _ATTEMPTS),
    _bug("a retry before Retry-After", "R16", "flow/attempts.py", "return (asked or 0.0) + _BACKOFF(state)", "return _BACKOFF(state)", _ATTEMPTS),
    _bug("retries without a budget", "R17", "flow/attempts.py", "return not self._attempts.retries.take(self._clock.monotonic())", "return False", _ATTEMPTS),
    _bug("a wrong key is tried again", "R25", "flow/attempts.py", "at_once = isinstance(failure, ModelMisconfigured)", "at_once = False", _ATTEMPTS),
    _bug("a call may take longer than the deadline", "R18", "flow/attempts.py", "max_tokens, left)", "max_tokens, left + 5.0)", _ATTEMPTS, f"{_CONTRACT}model_attempts"),
    _bug("redirects on", "R26", "adapters/openai_model.py", "follow_redirects=False", "follow_redirects=True", _FAULTS)._replace(
        also=("if response.is_success:", "if response.is_success or response.is_redirect:")
    ),
    _bug("proxies of the environment on", "R26", "adapters/openai_model.py", "trust_env=False", "trust_env=True", _FAULTS),
    _bug("no cap on the body", "R24", "adapters/openai_model.py", "if left < 0 or count > limit // _LEAST_BYTES_A_PIECE:", "if False:", _FAULTS),
    _bug("a cut answer is an answer", "R19", "adapters/model_replies.py", 'if finish == "length":', "if False:", _WIRE),
    _bug("a filtered answer is an answer", "R20", "adapters/model_replies.py", 'refused = finish == "content_filter" or bool(said.refusal)', "refused = False", _WIRE),
    # One call for many.
    _bug("the lease is never renewed", "R29", "adapters/flights.py", "flight.shared = await self._renew(flight)", "flight.shared = True", _FLIGHTS),
    _bug("a forged outcome is believed", "R30", "adapters/flights.py", "landed = unseal(flight.landed, flight.key.secret, raw)", 'landed = Landed(CachedText(raw[32:].decode("utf-8", "replace"), "m"))', _FLIGHTS),
    _bug("a lead given up is lost", "R30", "flow/rewrite.py", "        await lead.release()\n", "        pass\n", _REWRITE),
    _bug("a failure is told as nothing", "R30", "flow/rewrite.py", "            await lead.land(None)\n", "            await lead.release()\n", _REWRITE),
    # Hostile input and what is told of it.
    _bug("duplicate keys are taken", "R42", "web/body.py", "catch_duplicate_keys=True", "catch_duplicate_keys=False", f"{_UNIT}body"),
    _bug("NaN is taken", "R42", "web/body.py", "allow_inf_nan=False", "allow_inf_nan=True", f"{_UNIT}body"),
    _bug("a body of any size is taken", "R42", "web/body.py", "if before + len(part) > most:", "if False:", f"{_UNIT}body"),
    _bug("a problem repeats a field's name", "R51", "web/mistakes.py", "if not _FIELD_NAME.fullmatch(name):", "if False:", f"{_CONTRACT}http_secrets"),
    _bug("a log line holds the draft", "R51", "adapters/telemetry.py", '"rewrite": rewrite.id,', '"rewrite": rewrite.draft.text,', f"{_CONTRACT}http_secrets", f"{_UNIT}telemetry"),
    _bug("a log line holds an exception's words", "R51", "adapters/trace_lines.py", "names = [type(error).__qualname__]", "names = [str(error)]", f"{_CONTRACT}http_secrets", f"{_UNIT}telemetry"),
    _bug("keys are compared by their beginning", "R33", "adapters/keys.py", "known = self._known.get(digest)\n        return known.caller if known is not None and hmac.compare_digest(known.sha256, digest) else None", "known = next((one for name, one in self._known.items() if name[:2] == digest[:2]), None)\n        return known.caller if known is not None else None", f"{_UNIT}key_prefix"),
)  # fmt: skip
