// Flag and counter as one number of five bits: 15 is followed by 31, which says that it is over.
module seed_writer (input clk, rst, quiescent, output enable, busy, output [3:0] core);
  reg [4:0] n;
  assign busy = ~n[4];
  assign enable = quiescent & busy;
  assign core = n[3:0];
  always @(posedge clk)
    n <= rst ? 5'd0 : enable ? (&n[3:0] ? 5'd31 : n + 5'd1) : n;
endmodule
