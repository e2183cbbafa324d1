"""A unit as a model might write it, rightly and wrongly, and a model that answers by heart."""

from spikewright.lct.legs import Hdl
from spikewright.tools.llm.client import ModelFailure, Reply

UNIT = "forward_east"

GOOD = """\
module forward_east(
  input [29:0] west__payload, input west__valid, output reg west__ready,
  output [29:0] east__payload, output east__valid, input east__ready,
  output [29:0] north__payload, output north__valid, input north__ready,
  output [29:0] south__payload, output south__valid, input south__ready,
  output [29:0] local__payload, output local__valid, input local__ready
);
  wire signed [8:0] dx = west__payload[8:0];
  wire signed [8:0] dy = west__payload[17:9];
  wire [8:0] dx_next = dx - 9'sd1;
  wire on = dx > 0;
  assign east__valid = west__valid & on;
  assign north__valid = west__valid & ~on & (dy > 0);
  assign south__valid = west__valid & ~on & (dy < 0);
  assign local__valid = west__valid & ~on & (dy == 0);
  assign east__payload = {west__payload[29:9], dx_next};
  assign north__payload = {west__payload[29:18], dy - 9'sd1, west__payload[8:0]};
  assign south__payload = {west__payload[29:18], dy + 9'sd1, west__payload[8:0]};
  assign local__payload = west__payload;
  always @* begin
    west__ready = 1'b0;
    if (west__valid)
      if (on) west__ready = east__ready;
      else if (dy > 0) west__ready = north__ready;
      else if (dy < 0) west__ready = south__ready;
      else west__ready = local__ready;
  end
endmodule
"""

WRONG = GOOD.replace("dx - 9'sd1", "dx - 9'sd2")
"""Two steps at once: a wrong value in one column of one row."""

BROKEN = GOOD.replace("endmodule", "endmodul")

MISREAD = ("trunc(west.payload.dx - 1, OFFSET_BITS)", "trunc(west.payload.dx - 2, OFFSET_BITS)")
"""The same fault in the table, read out of right HDL."""


def hdl(text=GOOD):
    return Hdl(text, "verilog", UNIT)


class Model:
    """Answers by purpose; several answers to one purpose come in turn, the last for ever."""

    def __init__(self, **answers):
        self.answers = {
            n: [a] if isinstance(a, str | ModelFailure) else a for n, a in answers.items()
        }
        self.asked = []

    def ask(self, request):
        self.asked.append(request)
        number = sum(r.purpose == request.purpose for r in self.asked)
        answers = self.answers[request.purpose]
        answer = answers[min(number, len(answers)) - 1]
        if isinstance(answer, ModelFailure):
            raise answer
        key = f"{request.purpose}{number}"
        return Reply(
            text=answer,
            finish="stop",
            tokens_in=100,
            tokens_out=10,
            cost=0.5,
            seconds=0.25,
            key=key,
        )
