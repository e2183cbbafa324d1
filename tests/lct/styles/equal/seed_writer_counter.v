// A counter and a flag.
module seed_writer (
    input clk, rst, quiescent,
    output enable, busy,
    output [3:0] core
);
  reg [3:0] next;
  reg finished;
  assign enable = quiescent && !finished;
  assign busy = !finished;
  assign core = next;
  always @(posedge clk)
    if (rst) begin
      next <= 0;
      finished <= 0;
    end else if (enable) begin
      if (next == 15) finished <= 1;
      else next <= next + 1;
    end
endmodule
