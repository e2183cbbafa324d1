module input_buffer (
    input clk, rst, arrive__valid, leave__ready,
    input [29:0] arrive__payload,
    output arrive__ready, leave__valid, occupied, output [29:0] leave__payload
);
  reg [1:0] level;
  reg [29:0] oldest, newest;
  assign arrive__ready = level < 2, leave__valid = level > 0, occupied = level > 0;
  assign leave__payload = oldest;
  always @(posedge clk)
    if (rst) {level, oldest, newest} <= 0;
    else
      case (level)
        0: if (arrive__valid) begin level <= 1; oldest <= arrive__payload; end
        1:
          if (leave__ready && !arrive__valid) level <= 0;
          else if (arrive__valid && !leave__ready) begin level <= 2; newest <= arrive__payload; end
        2: if (leave__ready) begin level <= 1; oldest <= newest; end
      endcase
endmodule
