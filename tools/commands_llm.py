"""`spikewright llm`: language models, and what was said to them."""

import typer

from spikewright.tools.commands_llm_records import records
from spikewright.tools.commands_llm_serve import serve
from spikewright.tools.commands_llm_write import decode, encode, prompts

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Let language models write HDL and tables, and read what was said.",
)


@app.callback()
def group() -> None:
    """Let language models write HDL and tables, and read what was said."""


app.command("encode")(encode)
app.command("decode")(decode)
app.command("prompts")(prompts)
app.command("records")(records)
app.command("serve")(serve)
