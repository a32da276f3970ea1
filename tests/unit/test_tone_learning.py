"""How the weights are learnt: the same each time, and from nobody's own author."""

from service.core.tone import CONSTANT
from tests.eval.rows import Placed, Row
from tests.kit.default_policy import default_policy
from tests.tone.crossed import crossed, limit, rounded
from tests.tone.learning import learn
from tests.tone.replies import author_of, replies
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


def test_long_replies_teach_nothing() -> None:
    """What the model never weighs in service it does not learn from."""
    long = Placed("bad_an.jsonl:9", Row(text="您就别催了。" * 40, label="bad"))
    assert [reply.cold for reply in replies([*ROWS[:3], long])] == [True, True, False]


def test_learning_twice_gives_the_same_file() -> None:
    """The same rows give the same weights to the last digit, so that a retrained file differs only where rows did."""
    files = default_policy().files
    assert taught(files, ROWS, []) == taught(files, list(ROWS), [])
    assert learn(replies(ROWS)) == learn(replies(ROWS))


def test_what_was_learnt_points_the_right_way() -> None:
    """Words of the bad replies weigh more than words of the good ones, and there is a constant."""
    weights = learn(replies(ROWS))
    assert weights["就别"] > 0 > weights["帮您"]
    assert CONSTANT in rounded(weights)


def test_nobody_is_judged_by_what_he_wrote() -> None:
    """The weights that judge an author come from the others: without any others nothing is known of him."""
    files = default_policy().files
    alone = [row for row in ROWS if author_of(row) == "an"]
    assert {one.weight for one in crossed(files, alone, alone)} == {0.0}
    assert [one.row for one in crossed(files, ROWS, ROWS)] == ROWS


def test_the_limit_lets_so_many_good_replies_through() -> None:
    """With few good replies none may lie above the limit."""
    found = crossed(default_policy().files, ROWS, ROWS)
    assert max(one.weight for one in found if one.row.row.label != "bad") <= limit(found)


def test_the_policys_own_replies_never_sound_cold() -> None:
    """Whatever the rows teach, the replies that the policy calls good stay below the limit."""
    files = default_policy().files
    own = [Placed("own.jsonl", Row(text="您就别催了。", label="good"))]
    assert taught(files, ROWS, own)[CONSTANT] <= taught(files, ROWS, [])[CONSTANT]
