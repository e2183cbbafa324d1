// Counts what is left, down; the core's number is the complement.
module seed_writer (input clk, rst, quiescent, output enable, busy, output [3:0] core);
  reg [3:0] todo;
  reg open;
  assign busy = open;
  assign enable = open & quiescent;
  assign core = ~todo;
  always @(posedge clk or posedge rst)
    if (rst) begin
      todo <= 4'd15;
      open <= 1'b1;
    end else if (quiescent) begin
      if (todo != 0) todo <= todo - 4'd1;
      else open <= 1'b0;
    end
endmodule
