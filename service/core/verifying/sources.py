"""What a candidate may say: the facts of the draft, of the agent's earlier turns, of the company and of the customer."""

from dataclasses import dataclass

from service.core.compiling import Policy
from service.core.facts import extract, same
from service.core.folding import fold
from service.core.kinds import squeeze
from service.core.lazy import lazy
from service.core.masking import Masked
from service.core.quarrel import quarrels, rhetorical
from service.core.reading import Reading
from service.core.results import Fact, Finding, Report, Severity
from service.core.text import Normalized, normalize

# Kinds by which somebody can be reached: what the customer writes is never a source for these.
CONTACTS = frozenset(
    {
        "phone",
        "email",
        "url",
        "markdown_link",
        "account_id",
        "address",
        "id_number",
        "bank_card",
        "html",
        "placeholder",
    }
)
# An error in one of these is about saying the thing at all: what stands in its clause need not come back.
_FORBIDS_SAYING = (
    "promis", "privacy", "disclos", "threat", "internal", "brib", "leak",
    "承诺", "泄露", "泄漏", "披露", "内部", "隐私", "威胁", "贿", "私下",
)  # fmt: skip
# A refusal that is told badly still has to be told: these never take what they mark out of the draft.
_HOW_NOT_WHAT = ("refusal.", "politeness.")
_REFUSALS = "否定语"


def only_how(finding: Finding) -> bool:
    """Whether a finding is about how something is told, and not about telling it."""
    return how_not_what(finding.rule, finding.category)


def how_not_what(rule: str, category: str) -> bool:
    """The same of a rule, by its id and category."""
    return rule.startswith(_HOW_NOT_WHAT) or category == _REFUSALS


@dataclass(frozen=True)
class Offences:
    """The words of a draft that a rewrite has to mend, and what they mean for the facts around them."""

    draft: Normalized
    before: Report

    @lazy
    def findings(self) -> tuple[Finding, ...]:
        """The findings that weigh."""
        return tuple(finding for finding in self.before.findings if finding.severity is not Severity.INFO)

    @lazy
    def _clauses(self) -> dict[int, str]:
        """The clauses that hold such words, each with the rule of the first."""
        found: dict[int, str] = {}
        for finding in self.findings:
            for index in self._covered(finding):
                found.setdefault(index, finding.rule)
        return found

    def _covered(self, finding: Finding) -> range:
        first = self.draft.clause_index(finding.span.start)
        return range(first, self.draft.clause_index(max(finding.span.end - 1, finding.span.start)) + 1)

    def beside(self, fact: Fact) -> str | None:
        """The rule of such words in the clause of a fact, or None."""
        return self._clauses.get(self.draft.clause_index(fact.span.end - 1)) if self.findings else None

    def excuses(self, fact: Fact) -> bool:
        """Whether such words stand on a fact or in its clause, and are more than a refusal told badly."""
        if self.rhetoric(fact):
            return True
        clause = self.draft.clause_index(fact.span.end - 1) if self.findings else 0
        return any(
            not only_how(finding) and (_overlap(fact, finding) or clause in self._covered(finding))
            for finding in self.findings
        )

    def overlap(self, fact: Fact) -> bool:
        """Whether such words overlap a fact."""
        return any(_overlap(fact, finding) for finding in self.findings)

    def near(self, fact: Fact) -> str | None:
        """The rule of such words in the sentence of a fact, else in the draft, or None for a draft without any."""
        if not self.findings:
            return None
        sentence = self.draft.clause_at(fact.span.end - 1).sentence
        clauses = self.draft.clauses
        for index, rule in self._clauses.items():
            if clauses[index].sentence == sentence:
                return rule
        return self.findings[0].rule

    def rhetoric(self, fact: Fact) -> bool:
        """Whether a fact is no more than a figure of speech in a clause that only quarrels, beside such words."""
        if not rhetorical(fact) or self.near(fact) is None:
            return False
        clause = self.draft.clause_at(fact.span.end - 1)
        return quarrels(self.draft.plain[clause.start : clause.end])

    def forbid(self, fact: Fact) -> str | None:
        """The rule that forbids saying a fact, or None: then it has to come back."""
        for finding in self.findings:
            if finding.severity is not Severity.ERROR:
                continue
            if _overlap(fact, finding) and not only_how(finding):
                return finding.rule
            about_saying = any(word in finding.rule or word in finding.category for word in _FORBIDS_SAYING)
            if about_saying and self.draft.clause_index(fact.span.end - 1) in self._covered(finding):
                return finding.rule
        return None


def _overlap(fact: Fact, finding: Finding) -> bool:
    return fact.span.start < finding.span.end and finding.span.start < fact.span.end


@dataclass(frozen=True)
class Sources:
    """The draft with what was found in it, and everything around it that a candidate may draw on."""

    policy: Policy
    masked: Masked
    reading: Reading
    before: Report

    @lazy
    def draft_facts(self) -> tuple[Fact, ...]:
        """Every fact of the draft."""
        return (*self.masked.facts, *self.masked.hidden)

    @lazy
    def own(self) -> tuple[Normalized, ...]:
        """What counts as the agent's or the company's own word besides the draft."""
        company = self.policy.files.head.company
        known = [value for value in (company.name, company.hotline, company.hours) if value]
        if self.reading.agent_id:
            known += [f"工号{self.reading.agent_id}", f"{self.reading.agent_id}号"]
        return (*self.reading.agent_before, *map(normalize, known))

    @lazy
    def own_facts(self) -> tuple[Fact, ...]:
        """The facts of those texts."""
        return tuple(fact for text in self.own for fact in extract(text))

    @lazy
    def own_words(self) -> str:
        """The draft and those texts, plain and without white space; a line break between two."""
        return "\n".join(squeeze(text.plain) for text in (self.reading.draft, *self.own))

    @lazy
    def _spellings(self) -> frozenset[str]:
        return frozenset(squeeze(fact.text) for fact in self.draft_facts)

    @lazy
    def _masked_words(self) -> str:
        # What is left of a word when a token took its middle (https://[LINK_1]-cn) reads as another word.
        return squeeze(fold(self.masked.draft))

    @lazy
    def customer_words(self) -> str:
        """All that the customer wrote, plain and without white space."""
        told = [turn.text for turn in self.reading.history if turn.role == "customer"]
        if self.reading.customer is not None:
            told.append(self.reading.customer.raw)
        return "\n".join(squeeze(fold(text)) for text in told)

    @lazy
    def customer_facts(self) -> tuple[Fact, ...]:
        """The facts of what the customer wrote."""
        told = [normalize(turn.text) for turn in self.reading.history if turn.role == "customer"]
        if self.reading.customer is not None:
            told.append(self.reading.customer)
        return tuple(fact for text in told for fact in extract(text))

    def holds(self, fact: Fact) -> bool:
        """Whether the draft, an earlier turn of the agent or the company says the same."""
        return (
            squeeze(fact.text) in self._spellings
            or any(same(fact, other) for other in self.draft_facts)
            or any(same(fact, other) for other in self.own_facts)
            or stands_in(fact.text, self.own_words)
            or stands_in(fact.text, self._masked_words)
        )

    def customer_holds(self, fact: Fact) -> bool:
        """Whether the customer says the same."""
        return any(same(fact, other) for other in self.customer_facts)

    @lazy
    def offences(self) -> Offences:
        """The words of the draft that have to go."""
        return Offences(self.reading.draft, self.before)


def stands_in(words: str, squeezed: str) -> bool:
    """Whether words stand in a text (both without white space) and are no part of a longer figure or Latin word."""
    words = squeeze(fold(words))
    at = squeezed.find(words) if words else -1
    while at >= 0:
        before = squeezed[at - 1] if at else " "
        after = squeezed[at + len(words)] if at + len(words) < len(squeezed) else " "
        if not (_continues(before, words[0]) or _continues(after, words[-1])):
            return True
        at = squeezed.find(words, at + 1)
    return False


_NUMERALS = frozenset("零〇一二两三四五六七八九十百千万亿半")


def _continues(neighbour: str, edge: str) -> bool:
    """Whether a neighbouring character goes on with the figure or the Latin word that ends at `edge`."""
    if edge.isdecimal():
        return neighbour.isdecimal() or neighbour in ".%万亿"
    if edge in _NUMERALS:
        return neighbour in _NUMERALS
    return edge.isascii() and edge.isalpha() and neighbour.isascii() and neighbour.isalpha()
