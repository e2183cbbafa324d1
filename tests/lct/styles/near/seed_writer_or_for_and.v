module seed_writer (input clk, rst, quiescent, output enable, busy, output [3:0] core);
  reg [3:0] next;
  reg finished;
  assign busy = !finished;
  assign enable = !(!quiescent && finished);
  assign core = next;
  always @(posedge clk)
    if (rst) begin next <= 0; finished <= 0; end
    else if (quiescent && busy) begin
      if (next != 4'd15) next <= next + 4'd1;
      else finished <= 1;
    end
endmodule
