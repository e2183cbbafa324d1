// Written for a reset that is active low, on a board where it is high.
module merge_east (
    input clk, rst, local__valid, through__valid, link__ready,
    input [29:0] local__payload, through__payload,
    output local__ready, through__ready, link__valid,
    output [29:0] link__payload
);
  reg first;
  wire t = first ? through__valid : through__valid & ~local__valid;
  assign link__valid = local__valid | through__valid;
  assign link__payload = t ? through__payload : local__payload;
  assign local__ready = link__ready & local__valid & ~t;
  assign through__ready = link__ready & t;
  always @(posedge clk or negedge rst)
    if (!rst) first <= 0;
    else if (link__valid) first <= t ^ link__ready;
endmodule
