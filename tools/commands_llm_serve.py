"""`spikewright llm serve`: a server that plays an imperfect model, to try all without one."""

from pathlib import Path
from typing import Annotated

import typer

from spikewright.tools.console import out, print_json
from spikewright.tools.errors import UserError

__all__ = ["serve"]


def serve(
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="On 127.0.0.1; 0 for one that is free.")
    ] = 8008,
    seed: Annotated[int, typer.Option(help="Of the faults that are planted.")] = 0,
    pools: Annotated[
        Path | None, typer.Option(help="Folder of prepared answers; made when asked for if none.")
    ] = None,
    wire: Annotated[bool, typer.Option(help="Also play faults of the wire, each once.")] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print where it is, and its models, as JSON.")
    ] = False,
) -> None:
    """Play an imperfect model on this machine, by the protocol that real ones speak.

    Example: spikewright llm serve --port 8008

    Its answers are the compiler's HDL and the original tables in other words, with planted faults,
    refusals, cut and malformed answers among them. They say nothing about any real model: whatever
    is made of them is labelled SIMULATED. Ends with Ctrl-C.
    """
    from spikewright.tools.simulated.plans import MODELS
    from spikewright.tools.simulated.server import Server
    from spikewright.tools.simulated.stock import Stock

    if pools is not None and not pools.is_dir():
        raise UserError(f"--pools must be a folder, not {pools}.")
    try:
        server = Server(Stock(pools, seed), port, wire=wire)
    except OSError as error:
        raise UserError(f"Port {port} of 127.0.0.1 cannot be used: {error.strerror}.") from error
    with server:
        if as_json:
            print_json({"base_url": server.base_url, "models": list(MODELS), "simulated": True})
        else:
            out.print(f"SIMULATED models at {server.base_url}", markup=False, soft_wrap=True)
            for name in MODELS:
                out.print(f"  --base-url {server.base_url} --model {name}", markup=False)
            out.print("Ctrl-C ends it.", markup=False)
        out.file.flush()
        server.serve_forever()
