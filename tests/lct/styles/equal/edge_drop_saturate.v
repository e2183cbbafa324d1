// Saturation with an explicit compare.
module edge_drop (
    input clk, rst, packet__valid,
    input [29:0] packet__payload,
    output packet__ready,
    output [15:0] dropped
);
  reg [15:0] count;
  assign packet__ready = 1'b1;
  assign dropped = count;
  always @(posedge clk)
    if (rst) count <= 16'h0;
    else if (packet__valid && count < 16'hffff) count <= count + 16'h1;
endmodule
