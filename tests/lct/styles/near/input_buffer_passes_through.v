// Ready also when full, if the other side takes one: a path through the unit.
module input_buffer (
    input clk, rst, arrive__valid, leave__ready,
    input [29:0] arrive__payload,
    output arrive__ready, leave__valid, occupied, output [29:0] leave__payload
);
  reg [1:0] level;
  reg [29:0] oldest, newest;
  assign leave__valid = |level, occupied = |level, leave__payload = oldest;
  assign arrive__ready = !level[1] | leave__ready;
  wire push = arrive__valid & arrive__ready, pop = leave__valid & leave__ready;
  always @(posedge clk)
    if (rst) begin level <= 0; oldest <= 0; newest <= 0; end
    else begin
      level <= level + push - pop;
      if (pop & level[1]) oldest <= newest;
      else if (push & (level == 0 | pop)) oldest <= arrive__payload;
      if (push & (level[0] & ~pop | level[1])) newest <= arrive__payload;
    end
endmodule
