// Counts down, and forgets number 15: begins at 14.
module seed_writer (input clk, rst, quiescent, output enable, busy, output [3:0] core);
  reg [3:0] todo;
  reg open;
  assign busy = open, enable = open & quiescent, core = ~todo;
  always @(posedge clk)
    if (rst) begin todo <= 4'd14; open <= 1; end
    else if (quiescent) begin
      if (todo) todo <= todo - 1;
      else open <= 0;
    end
endmodule
