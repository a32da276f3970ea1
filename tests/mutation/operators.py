"""What is changed in a module to see whether a test notices: one small change a mutant."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
# What says something to a reader or a type checker, and nothing to a program that runs.
_SILENT = frozenset({"annotation", "returns", "decorator_list", "type_comment"})
# `zip(strict=True)` is an assertion about ourselves: there is no input by which it could be seen.
_SILENT_KEYWORDS = frozenset({"strict", "maxsize"})


@dataclass(frozen=True)
class Site:
    """One mutant: in `parent.field` (at `index` of a list) stands `old`; it becomes `new`."""

    operator: str
    line: int
    parent: ast.AST
    field: str
    index: int | None
    old: ast.AST
    new: ast.AST

    @property
    def shown(self) -> str:
        """The change in one line, shortened."""
        return f"{_shown(self.old)} -> {_shown(self.new)}"

    def plant(self) -> None:
        """Make the change in the tree."""
        self._put(self.new)

    def heal(self) -> None:
        """Take the change back."""
        self._put(self.old)

    def _put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def _shown(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else f"{text[:60]}…{text[-25:]}"


def sites(tree: ast.Module) -> Iterator[Site]:
    """Every mutant of a module, in the order of its nodes."""
    for parent, field, index, node in _nodes(tree):
        for operator, new in _changes(parent, field, node):
            ast.copy_location(new, node)
            ast.fix_missing_locations(new)
            yield Site(operator, getattr(node, "lineno", 0), parent, field, index, node, new)


def _nodes(parent: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Every node with the place where it stands, those that say nothing when the program runs aside."""
    for field, value in ast.iter_fields(parent):
        if field in _SILENT:
            continue
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and not _silent(node):
                yield parent, field, index, node
                yield from _nodes(node)


def _silent(node: ast.AST) -> bool:
    if isinstance(node, ast.keyword):
        return node.arg in _SILENT_KEYWORDS
    if isinstance(node, ast.Assign):
        return isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__"
    # A docstring, or the note under a constant.
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes(parent: ast.AST, field: str, node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Each way to change one node."""
    if isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.stmt):
        yield from _statements(node)
    elif isinstance(node, ast.expr):
        yield from _expressions(node)
        tests = field == "test" or (isinstance(parent, ast.comprehension) and field == "ifs")
        if tests and not isinstance(node, ast.UnaryOp | ast.Compare):
            yield "negated", ast.UnaryOp(ast.Not(), node)


def _expressions(node: ast.expr) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Compare):
        for at, sign in enumerate(node.ops):
            signs = [*node.ops[:at], _COMPARISONS[type(sign)](), *node.ops[at + 1 :]]
            yield "comparison", ast.Compare(node.left, signs, node.comparators)
    elif isinstance(node, ast.BoolOp):
        swapped = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and/or", ast.BoolOp(swapped, node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield "sign removed", node.operand
    elif isinstance(node, ast.BinOp) and _is_arithmetic(node):
        yield "arithmetic", ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)


def _is_arithmetic(node: ast.BinOp) -> bool:
    """Whether an operator has another to take its place; between texts every other one is an error."""
    return type(node.op) in _ARITHMETIC and not (_is_text(node.left) or _is_text(node.right))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _constants(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    value = node.value
    if isinstance(value, bool):
        yield "boolean", ast.Constant(not value)
    elif isinstance(value, int | float):
        yield "off by one", ast.Constant(value + 1)
    elif isinstance(value, str | bytes) and value:
        yield "emptied", ast.Constant(type(value)())


def _statements(node: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Return) and node.value is not None:
        yield from _returns(node.value)
    elif isinstance(node, ast.Expr | ast.Raise):
        yield "removed", ast.Pass()
    elif isinstance(node, ast.AugAssign):
        yield "removed", ast.Pass()
        if type(node.op) in _ARITHMETIC:
            yield "arithmetic", ast.AugAssign(node.target, _ARITHMETIC[type(node.op)](), node.value)
    elif isinstance(node, ast.Continue):
        yield "break/continue", ast.Break()
    elif isinstance(node, ast.Break):
        yield "break/continue", ast.Continue()


def _returns(value: ast.expr) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(value, ast.Constant) and (value.value is None or isinstance(value.value, bool)):
        return
    empty: ast.expr = ast.Constant(None)
    if isinstance(value, ast.Tuple):
        empty = ast.Tuple([], ast.Load())
    elif isinstance(value, ast.List | ast.ListComp):
        empty = ast.List([], ast.Load())
    yield "returns nothing", ast.Return(empty)
