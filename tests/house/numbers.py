"""No float near money: cents are int, rates are Fractions, and `/` never divides two ints."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tests.house.source import Function, Source

MONEY_PACKAGES = {"ledger", "bank", "servicing", "reports"}

_EXACT = {"Fraction", "Decimal", "Path", "PurePath", "PurePosixPath"}
_INTS = {"numerator", "denominator", "days"}
_PASSES_ON = {"sum", "max", "min", "abs", "sorted", "reversed", "list", "tuple", "iter", "next"}


def floats(source: Source) -> Iterator[str]:
    """Float literals and the name `float` near money; `isinstance(x, float)` may stand, to refuse one."""
    if source.package not in MONEY_PACKAGES:
        return
    refusals = {id(part) for node in source.nodes for part in _refused(node)}
    for node in source.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"{source.path}:{node.lineno}: {node.value}"
        if isinstance(node, ast.Name) and node.id == "float" and id(node) not in refusals:
            yield f"{source.path}:{node.lineno}: float"


def true_divisions(source: Source, known: frozenset[str] = frozenset()) -> Iterator[str]:
    """Divisions with `/` of which no side is seen to be a Fraction, Decimal or path.

    `known` are the attributes and functions that somewhere in the tree are annotated as such (`exact_names`).
    """
    if source.package not in MONEY_PACKAGES:
        return
    for function in [*source.functions, source.tree]:
        names = _Names(function, known)
        for node in _own_nodes(function):
            if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
                left = node.left if isinstance(node, ast.BinOp) else node.target
                right = node.right if isinstance(node, ast.BinOp) else node.value
                if not names.exact(left) and not names.exact(right):
                    yield f"{source.path}:{node.lineno}: {ast.unparse(node)}"


def exact_names(sources: Iterable[Source]) -> frozenset[str]:
    """Functions that give, and attributes that hold, a Fraction, Decimal or path, by their annotations."""
    found: set[str] = set()
    for source in sources:
        for node in source.nodes:
            if isinstance(node, Function) and _is_exact(node.returns):
                found.add(node.name)
            if isinstance(node, ast.AnnAssign) and _is_exact(node.annotation):
                found.add(ast.unparse(node.target).rpartition(".")[2])
    return frozenset(found)


class _Names:
    """What the names inside one function hold, as far as its own text tells."""

    def __init__(self, function: Function | ast.Module, known: frozenset[str]) -> None:
        self.known = known
        self.asked = {text for node in _own_nodes(function) for text in _asked_for_int(node)}
        self.local: dict[str, bool] = {}
        if isinstance(function, Function):
            arguments = function.args
            for one in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
                self.local[one.arg] = _is_exact(one.annotation)
        for node in sorted(_own_nodes(function), key=_line):
            for target, value in _bindings(node):
                if isinstance(target, ast.Name):
                    self.local[target.id] = self.exact(value)
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                self.local[node.target.id] = _is_exact(node.annotation)

    def exact(self, node: ast.expr) -> bool:
        """Whether an expression is seen to be a Fraction, Decimal or path."""
        return ast.unparse(node) in self.asked or self._is_seen(node)

    def _is_seen(self, node: ast.expr) -> bool:
        match node:
            case ast.Name(id=name):
                return self.local.get(name, name in self.known | _EXACT)
            case ast.Attribute(value=value, attr=name):
                return name not in _INTS and (name in self.known or self.exact(value))
            case ast.Constant(value=value):
                return isinstance(value, str)  # what is divided by text is a path
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in _PASSES_ON:
                return any(self.exact(argument) for argument in arguments)
            case ast.Call(func=function):
                return _last(function) in _EXACT | self.known or self._is_method(function)
            case _:
                return any(self.exact(part) for part in _parts(node))

    def _is_method(self, function: ast.expr) -> bool:
        return isinstance(function, ast.Attribute) and self.exact(function.value)


def _line(node: ast.AST) -> int:
    """Where a node is bound; a comprehension where its variable stands."""
    return getattr(node.target if isinstance(node, ast.comprehension) else node, "lineno", 0)


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The targets that a node binds, each with what it is bound to, or with what it is taken from."""
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    if isinstance(node, ast.NamedExpr):
        yield node.target, node.value
    if isinstance(node, ast.For | ast.comprehension):
        yield node.target, node.iter


def _parts(node: ast.expr) -> list[ast.expr]:
    """The parts of an expression from which it takes its kind of number."""
    match node:
        case ast.BinOp(left=left, op=ast.Pow()):
            return [left]
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.UnaryOp(operand=part) | ast.Subscript(value=part) | ast.GeneratorExp(elt=part):
            return [part]
        case ast.IfExp(body=body, orelse=orelse):
            return [body, orelse]
        case _:
            return []


def _is_exact(annotation: ast.expr | None) -> bool:
    """Whether an annotation names a Fraction, Decimal or path, and leaves no int as another choice."""
    if annotation is None:
        return False
    names = {_last(node) for node in ast.walk(annotation) if isinstance(node, ast.Name | ast.Attribute)}
    is_choice = any(isinstance(node, ast.BinOp) for node in ast.walk(annotation))
    return bool(names & _EXACT) and not (is_choice and "int" in names)


def _asked_for_int(node: ast.AST) -> Iterator[str]:
    """What an `isinstance(x, int)` asks about: the int has a way of its own, the other is divided."""
    match node:
        case ast.Call(func=ast.Name(id="isinstance"), args=[about, ast.Name(id="int")]):
            yield ast.unparse(about)


def _refused(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and _last(node.func) == "isinstance":
        yield from (part for argument in node.args[1:] for part in ast.walk(argument))


def _own_nodes(function: Function | ast.Module) -> Iterator[ast.AST]:
    """What is written in a function or module, without the functions inside it."""
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Function):
            yield node
            waiting.extend(ast.iter_child_nodes(node))


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
