module merge_local (
    input clk, rst,
    input local__valid, east__valid, west__valid, north__valid, south__valid,
    input [29:0] local__payload, east__payload, west__payload, north__payload, south__payload,
    output local__ready, east__ready, west__ready, north__ready, south__ready,
    output link__valid,
    output [29:0] link__payload,
    input link__ready
);
  reg [2:0] first;
  wire [4:0] v = {south__valid, north__valid, west__valid, east__valid, local__valid};
  wire [4:0] late = v & (5'b11111 << first);
  wire [4:0] w = late != 0 ? late : v;
  wire [2:0] n = w[0] ? 3'd0 : w[1] ? 3'd1 : w[2] ? 3'd2 : w[3] ? 3'd3 : w[4] ? 3'd4 : 3'd0;
  assign link__valid = |v;
  assign link__payload = n == 0 ? local__payload : n == 1 ? east__payload : n == 2 ? west__payload
                       : n == 3 ? north__payload : south__payload;
  assign {south__ready, north__ready, west__ready, east__ready, local__ready} = {4'b0, link__ready} << n;
  always @(posedge clk)
    if (rst) first <= 3'd0;
    else if (link__valid) first <= n + link__ready;  // five is not a power of two
endmodule
