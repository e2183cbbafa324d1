// One-hot ring: behind the last place the hot bit is lost.
module merge_north (
    input clk, input rst,
    input local__valid, input [29:0] local__payload, output local__ready,
    input east__valid, input [29:0] east__payload, output east__ready,
    input west__valid, input [29:0] west__payload, output west__ready,
    input through__valid, input [29:0] through__payload, output through__ready,
    output link__valid, output [29:0] link__payload, input link__ready
);
  reg [3:0] hot;
  wire [3:0] v = {through__valid, west__valid, east__valid, local__valid};
  wire [7:0] g2 = {v, v} & ~({v, v} - {4'b0, hot});
  wire [3:0] g = v ? g2[7:4] | g2[3:0] : 4'b0001;
  assign link__valid = |v;
  assign link__payload = g[0] ? local__payload : g[1] ? east__payload : g[2] ? west__payload : through__payload;
  assign {through__ready, west__ready, east__ready, local__ready} = g & {4{link__ready}};
  always @(posedge clk)
    if (rst) hot <= 4'b0001;
    else if (link__valid) hot <= link__ready ? g << 1 : g;
endmodule
