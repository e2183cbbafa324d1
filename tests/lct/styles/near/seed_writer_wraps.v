module seed_writer (input clk, rst, quiescent, output enable, busy, output [3:0] core);
  reg [3:0] next;
  reg finished;
  assign enable = quiescent & ~finished, busy = ~finished, core = next;
  always @(posedge clk)
    if (rst) {finished, next} <= 0;
    else if (enable) {finished, next} <= {finished, next} + 1;
endmodule
