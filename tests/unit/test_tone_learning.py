"""How the weights are learnt: from the clause that offends, the same each time, and from nobody's own author."""

from service.core.tone import EDGE
from tests.eval.rows import Placed, Row
from tests.kit.default_policy import default_policy
from tests.tone.clauses import author_of, heard
from tests.tone.crossed import SILENT, crossed, limit, rounded
from tests.tone.learning import learn
from tests.tone.train import taught

ROWS = [
    Placed(f"{row.label}_{author}.jsonl:{number}", row)
    for author, thing in (("an", "票"), ("bei", "货"), ("chu", "单"))
    for number, row in enumerate(
        [
            Row(text=f"{thing}在路上，您就别催了。", label="bad", span="您就别催了"),
            Row(text=f"{thing}到了，这点事您就别问了！", label="bad", span="这点事您就别问了"),
            Row(text=f"{thing}在路上，我帮您催一下。", label="good"),
            Row(text=f"{thing}到了，您问一下门卫就好。", label="everyday"),
        ]
    )
]


def test_only_the_clause_that_offends_is_cold() -> None:
    """A polite reply with one cold clause teaches that clause; the others count among the good."""
    assert [clause.cold for clause in heard(ROWS[:2])] == [False, True, False, True]


def test_learning_twice_gives_the_same_file() -> None:
    """The same rows give the same weights to the last digit, so that a retrained file differs only where rows did."""
    files = default_policy().files
    assert taught(files, ROWS, []) == taught(files, list(ROWS), [])
    assert learn(heard(ROWS)) == learn(heard(ROWS))


def test_what_was_learnt_points_the_right_way() -> None:
    """Words of the cold clauses weigh more than words of the good ones; each clause has the constant."""
    weights = learn(heard(ROWS))
    assert weights["就别"] > 0 > weights["在路上"]
    assert EDGE in rounded(weights)


def test_nobody_is_judged_by_what_he_wrote() -> None:
    """The weights that judge an author come from the others: without any others nothing is known of him."""
    files = default_policy().files
    alone = [row for row in ROWS if author_of(row) == "an"]
    assert {one.weight for one in crossed(files, alone, alone)} == {SILENT}
    assert [one.row for one in crossed(files, ROWS, ROWS)] == ROWS


def test_the_limit_lets_so_many_good_replies_through() -> None:
    """With few good replies none may lie above the limit."""
    found = crossed(default_policy().files, ROWS, ROWS)
    assert max(one.weight for one in found if one.row.row.label != "bad") <= limit(found)


def test_the_policys_own_replies_never_sound_cold() -> None:
    """Whatever the rows teach, the replies that the policy calls good stay below the limit."""
    files = default_policy().files
    own = [Placed("own.jsonl", Row(text="您就别催了。", label="good"))]
    assert taught(files, ROWS, own)[EDGE] <= taught(files, ROWS, [])[EDGE]
