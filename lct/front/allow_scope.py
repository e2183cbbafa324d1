"""Where the names of a text of Amaranth come from and what is done with them, for `allow`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from spikewright.lct.front.allow_names import (
    ATTRIBUTES,
    BUILTINS,
    DECORATORS,
    MODULES,
    Found,
    exported,
    is_module,
    public,
)

__all__ = ["Scope"]

_ANNOTATION = re.compile(r"\w+(\.\w+)*")


class Scope:
    """The names of a text.

    Parameters
    ----------
    tree : ast.Module
        Imports of all names of a module are replaced by those that may be used.
    nodes : list of ast.AST
        All of the tree.
    """

    def __init__(self, tree: ast.Module, nodes: list[ast.AST]) -> None:
        self.tree, self.nodes = tree, nodes
        self.modules: dict[str, str] = {}
        self.imported: set[str] = set()
        self.bound: set[str] = set()
        self.classes = [n for n in nodes if isinstance(n, ast.ClassDef)]
        self.bases: set[str] = set()  # what was imported and the classes above
        self.own = {
            c.name for c in self.classes if any(isinstance(p, ast.FunctionDef) for p in c.body)
        }
        self.parents = {child: n for n in nodes for child in ast.iter_child_nodes(n)}

    def faults(self) -> Iterator[Found]:
        """What is not allowed, with a sentence that says what is."""
        for node in self.nodes:
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield from self._import(node)
        for node in self.nodes:
            yield from self._definition(node)
        for node in self.nodes:
            if isinstance(node, ast.Attribute):
                yield from self._attribute(node)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                yield from self._name(node)
            elif isinstance(node, ast.AnnAssign | ast.arg | ast.FunctionDef):
                yield from _annotation(node)

    def _definition(self, node: ast.AST) -> Iterator[Found]:
        if isinstance(node, ast.ClassDef):
            yield from self._class(node)
        elif isinstance(node, ast.FunctionDef):
            yield from self._function(node)
        elif isinstance(node, ast.Lambda):
            yield from self._arguments(node, method=False)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            above = self.parents[node]
            # An annotation alone gives no name.
            if not (isinstance(above, ast.AnnAssign) and above.value is None):
                yield from self._binds(node, node.id)

    def _import(self, node: ast.Import | ast.ImportFrom) -> Iterator[Found]:
        if self.parents[node] is not self.tree:
            yield node, "imports stand at the top of a text"
        source = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        if isinstance(node, ast.ImportFrom) and (node.level or not is_module(source)):
            yield node, f"a unit imports from Amaranth and its child units, not {shown(source)}"
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            names = MODULES.get(source)
            if not names or not source.startswith("amaranth"):
                yield node, f"all of {source} is not imported, only names"
            # What the list leaves out is not even bound.
            node.names = [
                ast.copy_location(ast.alias(n), node)
                for n in sorted(names or ())
                if not is_module(f"{source}.{n}")
            ]
        for alias in node.names:
            whole = f"{source}.{alias.name}" if source else alias.name
            if is_module(whole):
                if not alias.asname and "." in alias.name:
                    yield node, f"a module has a plain name, as in import {whole} as NAME"
                self.modules[alias.asname or alias.name] = whole
            elif not source or not exported(source, alias.name):
                yield node, f"a unit does not import {shown(whole)}"
            if source != "__future__":
                yield from self._binds(node, alias.asname or alias.name)
                self.imported.add(alias.asname or alias.name)
                self.bases.add(alias.asname or alias.name)

    def _class(self, node: ast.ClassDef) -> Iterator[Found]:
        yield from self._binds(node, node.name)
        self.bases.add(node.name)
        if self.parents[node] is not self.tree:
            yield node, "classes stand at the top of a text"
        if node.decorator_list:
            yield node.decorator_list[0], "a class has no decorators"
        for keyword in node.keywords:
            if keyword.arg != "shape":
                yield keyword.value, f"a class has no keyword {shown(keyword.arg or '**')}"
        for base in node.bases:
            root = base.value if isinstance(base, ast.Attribute) else base
            if not isinstance(root, ast.Name) or root.id not in self.bases:
                yield base, "the base of a class is a class of Amaranth or of the text"
        methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
        for part in node.body:
            # What is in a function's body is not looked up in the class.
            own = [part.args] if isinstance(part, ast.FunctionDef) else [part]
            for n in (n for p in own for n in ast.walk(p)):
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and n.id in methods:
                    yield n, f"{n.id} is a method, so it is called on self and not used otherwise"

    def _function(self, node: ast.FunctionDef) -> Iterator[Found]:
        method = isinstance(self.parents[node], ast.ClassDef)
        if node.name != "__init__" or not method:
            yield from self._binds(node, node.name)
        static = False
        for decorator in node.decorator_list:
            if not (isinstance(decorator, ast.Name) and decorator.id in DECORATORS and method):
                yield decorator, f"the decorators of methods are {', '.join(sorted(DECORATORS))}"
            static |= isinstance(decorator, ast.Name) and decorator.id != "property"
        yield from self._arguments(node, method=method and not static)

    def _arguments(self, node: ast.FunctionDef | ast.Lambda, *, method: bool) -> Iterator[Found]:
        found = node.args
        every = [*found.posonlyargs, *found.args, *found.kwonlyargs]
        first = next(iter([*found.posonlyargs, *found.args]), None)
        for arg in [*every, *filter(None, (found.vararg, found.kwarg))]:
            # Only methods have a self: what it is, is known.
            if not (method and arg is first and arg.arg == "self"):
                yield from self._binds(arg, arg.arg)

    def _binds(self, node: ast.AST, name: str) -> Iterator[Found]:
        if name == "__all__" and self.parents.get(self.parents.get(node, node)) is self.tree:
            return
        if name in ("self", "super", "getattr") or name.startswith("__") or not name.isascii():
            yield node, f"{shown(name)} is no name that a text may give"
        if name in self.imported:
            yield node, f"{shown(name)} is imported, so the name is not given again"
        self.bound.add(name)

    def _name(self, node: ast.Name) -> Iterator[Found]:
        name, parent = node.id, self.parents[node]
        if name in self.modules and not isinstance(parent, ast.Attribute):
            yield node, f"{name} is a module, of which names are used, not itself"
        called = isinstance(parent, ast.Call) and parent.func is node
        based = isinstance(parent, ast.ClassDef) and node in parent.bases
        typed = isinstance(parent, ast.AnnAssign | ast.arg) and parent.annotation is node
        typed |= isinstance(parent, ast.FunctionDef) and parent.returns is node
        if name in self.own and not (called or based or typed):
            yield node, f"{name} has methods, so it is called and not used otherwise"
        if name == "super":
            method = self.parents[parent] if called else None
            if not (isinstance(method, ast.Attribute) and method.attr == "__init__"):
                yield node, "super is used as super().__init__(...)"
        elif name in DECORATORS and node in getattr(parent, "decorator_list", ()):
            return
        elif name != "self" and name not in self.bound and name not in BUILTINS:
            yield node, f"a unit does not use {shown(name)}"

    def _attribute(self, node: ast.Attribute) -> Iterator[Found]:
        base, parent, name = node.value, self.parents[node], node.attr
        root = base.id if isinstance(base, ast.Name) else ""
        if root in self.modules and not exported(self.modules[root], name):
            yield node, f"a unit does not use {root}.{shown(name)}"
        elif root in self.modules and is_module(f"{self.modules[root]}.{name}"):
            yield node, f"{root}.{name} is a module, of which names are imported"
        if name == "__init__":
            above = isinstance(base, ast.Call) and isinstance(base.func, ast.Name)
            if not (above and base.func.id == "super" and isinstance(parent, ast.Call)):  # type: ignore[attr-defined]
                yield node, "__init__ is used as super().__init__(...)"
        elif name in ATTRIBUTES or not (public(name) or (root == "self" and name[:2] != "__")):
            yield node, f"a unit does not use the attribute {shown(name)}"
        if not isinstance(node.ctx, ast.Load) and root != "self" and not _of_module(node):
            yield node, "a text sets attributes of self and of the module it makes, not of others"


def _of_module(node: ast.Attribute) -> bool:
    """Whether it is ``m.next``, ``m.d``, ``m.submodules`` or one of their attributes."""
    parts = ("d", "submodules", "domains")
    if isinstance(node.value, ast.Name):
        return node.attr in (*parts, "next")
    above = node.value
    return isinstance(above, ast.Attribute) and above.attr in parts


def _annotation(node: ast.AnnAssign | ast.arg | ast.FunctionDef) -> Iterator[Found]:
    found = node.returns if isinstance(node, ast.FunctionDef) else node.annotation
    if isinstance(found, ast.Constant) and not _ANNOTATION.fullmatch(str(found.value)):
        yield found, "an annotation in quotes is the name of a class"


def shown(name: str) -> str:
    """A name of a text in a sentence, short."""
    return name if len(name) <= 60 else f"{name[:57]}..."
