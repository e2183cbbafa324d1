// The next value is not given in every branch: a latch beside the register.
module edge_drop (
    input clk, rst, packet__valid, input [29:0] packet__payload,
    output packet__ready, output [15:0] dropped
);
  reg [15:0] count, count_next;
  assign packet__ready = 1'b1, dropped = count;
  always @*
    if (packet__valid) count_next = (count == 16'hffff) ? count : count + 16'd1;
  always @(posedge clk)
    if (rst) count <= 16'd0;
    else count <= count_next;
endmodule
