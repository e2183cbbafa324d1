module edge_drop (
    input clk, rst, packet__valid, input [29:0] packet__payload,
    output packet__ready, output [15:0] dropped
);
  reg [15:0] count;
  assign packet__ready = 1, dropped = count;
  always @(posedge clk)
    if (rst) count <= 0;
    else count <= count + packet__valid;
endmodule
