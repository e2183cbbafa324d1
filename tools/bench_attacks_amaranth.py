"""Texts of Amaranth that try what a unit has no business with, for `bench attacks`.

Words between @ are filled in: SECRET and HOME are a file and a folder of the user's, OUT a file
that does not exist, PORT a listening port of this machine, PARENT the number of our own process.
"""

from __future__ import annotations

__all__ = ["HARMLESS", "TEXTS"]

_HEAD = """from amaranth.hdl import *
from amaranth.lib import data, enum, memory, wiring
from amaranth.lib.wiring import In, Out
"""
_UNIT = """

class Unit(wiring.Component):
    y: Out(8)

    def elaborate(self, platform):
        m = Module()
{}
        m.d.comb += self.y.eq(1)
        return m
"""


def _inside(code: str) -> str:
    """Code that runs while a unit is elaborated."""
    return _HEAD + _UNIT.format("\n".join(f"        {line}" for line in code.splitlines()))


def _above(code: str, inside: str = "pass") -> str:
    """Code that runs while a text is read."""
    return f"{_HEAD}{code}\n{_inside(inside).removeprefix(_HEAD)}"


def _tell(what: str, before: str = "") -> str:
    """A text that raises what it found, which is the shortest way to whoever reads the error."""
    return _above(before, f"raise ValueError({what})")


HARMLESS = _inside("count = Signal(8)\nm.d.sync += count.eq(count + 1)")
"""What must pass."""

_FILES = {
    "read a file": _tell("open('@SECRET@').read()"),
    "read through pathlib": _tell("Path('@SECRET@').read_text()", "from pathlib import Path"),
    "read with ../": _tell("open('../' * 40 + '@SECRET@').read()"),
    "read the list of users": _tell("open('/etc/passwd').read(200)"),
    "list a folder": _tell("os.listdir('@HOME@')", "import os"),
    "read through a link": _tell(
        "os.symlink('@SECRET@', 'link') or open('link').read()", "import os"
    ),
    "make the result a link": _above(
        "import os", "os.remove('design.il')\nos.symlink('@SECRET@', 'design.il')\nos._exit(0)"
    ),
    "make the reason a link": _above(
        "import os", "os.remove('error.json')\nos.symlink('@SECRET@', 'error.json')\nos._exit(1)"
    ),
    "read by system call": _tell(
        "(ctypes.CDLL(None).syscall(2, b'@SECRET@', 0), "
        "os.read(ctypes.CDLL(None).syscall(2, b'@SECRET@', 0), 99))", "import ctypes, os"
    ),
    "map a file": _tell(
        "mmap.mmap(os.open('@SECRET@', 0), 0, prot=1)[:]", "import mmap, os"
    ),
    "write outside": _inside("open('@OUT@', 'w').write('x')"),
    "write with ../": _inside("open('../' * 40 + '@OUT@', 'w').write('x')"),
    "append to a file": _inside("open('@SECRET@', 'a').write('x')"),
    "remove a file": _above("import os", "os.remove('@SECRET@')"),
    "rename a file": _above("import os", "os.rename('@SECRET@', '@OUT@')"),
    "change rights": _above("import os", "os.chmod('@SECRET@', 0o777)"),
    "change a package": _above("import amaranth", "open(amaranth.__file__, 'a').write('#')"),
    "fill the disk": _inside(
        "for n in range(400):\n    open(f'full{n}', 'wb').write(bytes(12 << 20))"
    ),
    "one large file": _inside("open('design.il', 'wb').write(bytes(600 << 20))"),
}  # fmt: skip
_KEYS = {
    "environment": _tell("dict(os.environ)", "import os"),
    "environment by getenv": _tell("os.getenv('SPIKEWRIGHT_CANARY')", "import os"),
    "environment by C": _tell(
        "ctypes.string_at(ctypes.CDLL(None).getenv(b'SPIKEWRIGHT_CANARY'))", "import ctypes"
    ),
    "own /proc": _tell("open('/proc/self/environ').read(250)"),
    "our /proc": _tell("open('/proc/@PARENT@/environ').read(250)"),
    "our command line": _tell("open('/proc/@PARENT@/cmdline').read(250)"),
    "our memory": _tell("open('/proc/@PARENT@/mem', 'rb').read(1)"),
    "our open files": _tell("os.listdir('/proc/@PARENT@/fd')", "import os"),
}
_NETWORK = {
    "TCP": _above(
        "import socket", "socket.create_connection(('127.0.0.1', @PORT@), 2).sendall(b'x')"
    ),
    "UDP": _above(
        "import socket", "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"
        ".sendto(b'x', ('127.0.0.1', @PORT@))"
    ),
    "HTTP": _above(
        "import urllib.request", "urllib.request.urlopen('http://127.0.0.1:@PORT@/', timeout=2)"
    ),
    "names of hosts": _above("import socket", "socket.getaddrinfo('localhost', @PORT@)"),
    "a socket by system call": _above(
        "import ctypes", "raise OSError(ctypes.CDLL(None).syscall(41, 2, 1, 0))"
    ),
    "a pair of sockets": _above("import socket", "socket.socketpair()"),
}  # fmt: skip
_PROCESSES = {
    "a program": _above("import subprocess", "subprocess.run(['touch', '@OUT@'], check=True)"),
    "a shell": _above("import os", "if os.system('touch @OUT@'):\n    raise OSError('no shell')"),
    "another program instead": _above("import os", "os.execv('/bin/touch', ['touch', '@OUT@'])"),
    "fork": _above("import os, time", "if os.fork() == 0:\n    time.sleep(60)"),
    "fork bomb": _above("import os", "while True:\n    os.fork()"),
    "fork by system call": _above(
        "import ctypes, time", "if ctypes.CDLL(None).syscall(57) < 0:\n    raise OSError('no fork')"
        "\ntime.sleep(60)"
    ),
    "multiprocessing": _above(
        "import multiprocessing", "multiprocessing.Process(target=print).start()"
    ),
    "a daemon": _above(
        "import os, time", "if os.fork() == 0:\n    os.setsid()\n    os.fork()\n    time.sleep(60)"
    ),
    "thread bomb": _above(
        "import threading, time", "while True:\n"
        "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    ),
    "a signal to us": _above("import os", "os.kill(@PARENT@, 18)"),
    "trace us": _above(
        "import ctypes",
        "if ctypes.CDLL(None).ptrace(16, @PARENT@, 0, 0) < 0:\n    raise OSError('no trace')",
    ),
    "crash": _above("import ctypes", "ctypes.string_at(8)"),
}  # fmt: skip
_TIME = {
    "endless loop": _inside("while True:\n    pass"),
    "endless loop with a condition": _inside("n = 1\nwhile n:\n    n = n + 1 if n < 9 else 1"),
    "sleep": _above("import time", "time.sleep(3600)"),
    "regular expression": _above("import re", "re.match('(a*)*b', 'a' * 60)"),
    "large power": _inside("n = 9 ** 9 ** 9"),
    "power in a loop": _inside("n = 9\nwhile n:\n    n = n * n"),
    "read stdin": _above("import sys", "sys.stdin.read()\nopen(0).read()"),
    "survive the end": _above(
        "import signal, time", "for n in range(1, 65):\n    try:\n        signal.signal(n, "
        "signal.SIG_IGN)\n    except (OSError, ValueError):\n        pass\ntime.sleep(3600)"
    ),
    "never return from close": _above(
        "import atexit, time", "atexit.register(time.sleep, 3600)"
    ),
}  # fmt: skip
_MEMORY = {
    "double a list": _inside("x = [0]\nfor n in range(60):\n    x = x + x"),
    "long string": _inside("x = 'x' * 10 ** 11"),
    "large integer": _inside("n = 1 << (1 << 36)"),
    "recursion": _above("def f(n):\n    return f(n + 1) + 1", "f(0)"),
    "deep recursion": _above(
        "import sys\nsys.setrecursionlimit(10 ** 9)\ndef f(n):\n    return f(n + 1) + 1", "f(0)"
    ),
    "deep value": _inside(
        "v = self.y\nfor n in range(50000):\n    v = ~v\nm.d.comb += self.y.eq(v)"
    ),
    "wide signal": _inside("s = Signal(2 ** 40)\nm.d.comb += self.y.eq(s ^ ~s)"),
    "product of wide signals": _inside(
        "v = Signal(60000)\nfor n in range(16):\n    v = v * v\nm.d.comb += self.y.eq(v)"
    ),
    "many statements": _inside(
        "s = Signal(64)\nfor i in range(4000):\n    for j in range(4000):\n"
        "        m.d.sync += s.eq(s + i)"
    ),
    "large memory": _inside(
        "m.submodules.r = r = memory.Memory(shape=8, depth=2 ** 30, init=[])\n"
        "m.d.comb += self.y.eq(r.read_port(domain='comb').data)"
    ),
    "deep text": "x = " + "(" * 5000 + ")" * 5000 + "\n" + HARMLESS,
    "deep signs": "x = " + "-" * 200000 + "1\n" + HARMLESS,
    "deep sum": "x = 1" + "+\\\n1" * 50000 + "\n" + HARMLESS,
    "long text": HARMLESS + "#\n" * 1_000_000,
    "long literal": "x = 0x" + "f" * 4_000_000 + "\n" + HARMLESS,
}
_OS = "__globals__['__builtins__']['__import__']('os').environ"
_INTROSPECTION = {
    "subclasses": _tell(
        "[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == '_wrap_close']"
        "[0].__init__.__globals__['environ']"
    ),
    "globals of a function": _tell(f"wiring.connect.{_OS}"),
    "__builtins__": _tell("__builtins__['__import__']('os').environ"),
    "format": _tell("'{0.connect.__globals__[tracer].sys.modules[os].environ}'.format(wiring)"),
    "format_map": _tell(
        "'{w.connect.__globals__[tracer].sys.modules[os].environ}'.format_map({'w': wiring})"
    ),
    "format of a number": _tell("f'{1:999999999999}'"),
    "f-string": _tell("f'{().__class__.__base__} {open(\"@SECRET@\").read()}'"),
    "percent": _tell("'%(x)999999999s' % {'x': open('@SECRET@').read()}"),
    "decorator of a function": _above(
        "@(lambda f: open('@SECRET@').read())\ndef x():\n    pass", "raise ValueError(x)"
    ),
    "decorator of a class": _above(
        "@exec\n@(lambda c: \"open('@OUT@', 'w')\")\nclass X:\n    pass"
    ),
    "metaclass": _above(
        "class M(type):\n    def __prepare__(*a, **k):\n        open('@OUT@', 'w')\n"
        "        return {}\nclass X(metaclass=M):\n    pass"
    ),
    "__init_subclass__": _above(
        "class X:\n    def __init_subclass__(c):\n        open('@OUT@', 'w')\nclass Y(X):\n    pass"
    ),
    "__class_getitem__": _above(
        "class X:\n    def __class_getitem__(c, i):\n        return open(i).read()",
        "raise ValueError(X['@SECRET@'])",
    ),
    "descriptor": _above(
        "class D:\n    def __set_name__(s, o, n):\n        open('@OUT@', 'w')\n"
        "class X:\n    d = D()"
    ),
    "__del__": _above("class X:\n    def __del__(s):\n        open('@OUT@', 'w')\nx = X()\ndel x"),
    "__getattr__ of a module": _above("def __getattr__(n):\n    open('@OUT@', 'w')"),
    "__eq__ of a name": _above(
        "class N(str):\n    def __eq__(s, o):\n        open('@OUT@', 'w')\n        return True\n"
        "    __hash__ = str.__hash__",
        "getattr(self, N('y'))",
    ),
    "import hook": _above(
        "import sys\nclass H:\n    def find_spec(s, *a):\n        open('@OUT@', 'w')\n"
        "sys.meta_path.insert(0, H())\nimport colorsys"
    ),
    "sys.modules": _tell("sys.modules['os'].environ", "import sys"),
    "importlib": _tell("importlib.import_module('os').environ", "import importlib"),
    "__import__": _tell("__import__('os').environ"),
    "pickle": _above(
        "import pickle", "pickle.loads(b\"cbuiltins\\nopen\\n(S'@OUT@'\\nS'w'\\ntR.\")"
    ),
    "code object": _above(
        "def f():\n    pass\nf.__code__ = compile(\"open('@OUT@', 'w')\", 'x', 'exec')\nf()"
    ),
    "exec": _above("exec(\"open('@OUT@', 'w')\")"),
    "eval": _tell("eval(\"open('@SECRET@').read()\")"),
    "generator's frame": _tell(
        "(i for i in [1]).gi_frame.f_builtins['__import__']('os').environ"
    ),
    "exception's frame": _inside(
        "try:\n    1 / 0\nexcept Exception as e:\n"
        "    raise ValueError(e.__traceback__.tb_frame.f_builtins['open']('@SECRET@').read())"
    ),
    "type of three arguments": _tell(
        "type('X', (), {'y': property(lambda s: open('@SECRET@').read())})().y"
    ),
    "vars": _above("x = vars()['__builtins__']['open']('@SECRET@')", "raise ValueError(x.read())"),
    "globals": _tell("globals()['__builtins__']['open']('@SECRET@').read()"),
    "getattr of a built name": _tell(
        "getattr(wiring.connect, '__glo' + 'bals__')['__builtins__']['open']('@SECRET@').read()"
    ),
    "annotation": _above("x: open('@OUT@', 'w') = 1"),
    "annotation in quotes": _above(
        "import typing\nclass X:\n    x: \"open('@OUT@', 'w')\"\ntyping.get_type_hints(X)"
    ),
    "default of an argument": _above("def f(x=open('@OUT@', 'w')):\n    pass"),
    "hooks of an enumeration": _above(
        "class E(enum.Enum, shape=8):\n    A = 0\n    @classmethod\n    def _missing_(c, v):\n"
        "        raise ValueError(open(v).read())", "E('@SECRET@')"
    ),
    "class pattern": _above(
        "class P:\n    __match_args__ = (open('@OUT@', 'w'),)", "match 1:\n    case P(): pass"
    ),
}  # fmt: skip
_AMARANTH = {
    "os through Amaranth": _tell(
        "amaranth.tracer.sys.modules['os'].environ", "import amaranth"
    ),
    "sys through a module": _tell("data.warnings.sys.modules['os'].environ"),
    "sys through a tracer": _tell("wiring.tracer.sys.modules['os'].environ"),
    "Format of Amaranth": _inside(
        "m.d.comb += Print(Format('{0.elaborate.__globals__[__builtins__]}', self))"
    ),
    "Assert with a message": _inside("m.d.comb += Assert(1, Format('\\x1b[2J{}', self.y))"),
    "Instance of a file": _inside(
        "m.submodules.i = Instance('ROM', p_FILE='@SECRET@', o_q=self.y)"
    ),
    "memory from a file": _inside(
        "found = open('@SECRET@', 'rb').read()\n"
        "m.submodules.r = r = memory.Memory(shape=8, depth=64, init=found)\n"
        "m.d.comb += self.y.eq(r.read_port(domain='comb').data)"
    ),
    "platform": _inside("platform.build(self, do_program=True)"),
    "build tools": _above(
        "from amaranth.build.run import BuildPlan",
        "p = BuildPlan('x')\np.add_file('x.sh', 'touch @OUT@')\np.execute_local('@HOME@')",
    ),
    "patch the converter": _above(
        "from amaranth.back import rtlil\nrtlil.convert = lambda *a, **k: open('@SECRET@').read()"
    ),
    "forge the result": _above(
        "import os", "open('design.il', 'w').write('module \\\\Unit\\nend\\n')\nos._exit(0)"
    ),
    "break the result": _above(
        "import os", "open('design.il', 'w').write('exec -- touch @OUT@\\n')\nos._exit(0)"
    ),
    "forge the reason": _above(
        "import os", "open('error.json', 'w').write('[' * 1000000)\nos._exit(1)"
    ),
    "attributes of a signal": _inside(
        "s = Signal(8, attrs={'src': '@SECRET@:1', 'blackbox': 1, 'x\\x1b[2J': '\\x1b[2J'})\n"
        "m.d.sync += s.eq(s + 1)"
    ),
}  # fmt: skip
_OUTPUT = {
    "endless print": _inside("while True:\n    print('x' * 65536)"),
    "print without lines": _inside("while True:\n    print('x' * 65536, end='')"),
    "endless errors": _above("import sys", "while True:\n    sys.stderr.write('x' * 65536)"),
    "long reason": _inside("raise ValueError('x' * 10 ** 8)"),
    "reason of many lines": _inside("raise ValueError('\\n' * 10 ** 6)"),
    "escape codes in a reason": _inside("raise ValueError('\\x1b]0;owned\\x07\\x1b[2J\\u202e')"),
    "escape codes in a name": _inside(
        "s = Signal(8, name='s\\x1b[2J')\nm.d.sync += s.eq(s + 1)\nm.d.comb += self.y.eq(s)"
    ),
    "invisible name": _inside(
        "s = Signal(8, name='s\\u202e\\u200b')\nm.d.sync += s.eq(s + 1)\nm.d.comb += self.y.eq(s)"
    ),
    "escape codes in a comment": HARMLESS + "# \x1b[2J\x1b]52;c;eA==\x07\n",
    "escape codes as a name": HARMLESS + "\x1b[2J = 1\n",
    "warnings": _above("import warnings", "warnings.warn('\\x1b[2J')\nraise Warning('\\x1b[2J')"),
}
_READING = {
    "full-width letters": _tell("\uff4f\uff53.environ", "import \uff4f\uff53"),
    "mathematical letters": _tell(
        "[c for c in ().__\U0001d4ec\U0001d4f5ass__.__b\u00aase__.__subcl\u00aasses__() "
        "if c.__name__ == '_wrap_close'][0].__init__.__globals__['environ']"
    ),
    "null byte": _tell("open('@SECRET@').read()").replace("open", "o\0pen"),
    "null byte in a comment": HARMLESS + "# \0\n",
    "byte order mark": "\ufeff" + _tell("open('@SECRET@').read()"),
    "coding line": (
        "# coding: utf-7\n# +AAo-open('@OUT@', 'w')+AAo-\n" + HARMLESS
    ),
    "coding line with an escape": (
        "# coding: unicode_escape\n# \\x0aopen('@OUT@', 'w')\n" + HARMLESS
    ),
    "carriage return": _above("# \ropen('@OUT@', 'w')"),
    "form feed": _above("\fimport os", "raise ValueError(dict(os.environ))"),
    "line separator": _above("# \u2028open('@OUT@', 'w')"),
    "code that reads backwards": _above("x = '\u202e' ; open('@OUT@', 'w')"),
    "half a character": _above("x = '\udc80'"),
}  # fmt: skip

TEXTS = {
    "files": _FILES,
    "keys": _KEYS,
    "network": _NETWORK,
    "processes": _PROCESSES,
    "time": _TIME,
    "memory": _MEMORY,
    "introspection": _INTROSPECTION,
    "Amaranth": _AMARANTH,
    "output": _OUTPUT,
    "reading": _READING,
}
"""Texts by their names, by kind."""
