module merge_east (
    input clk, rst, local__valid, through__valid, link__ready,
    input [29:0] local__payload, through__payload,
    output local__ready, through__ready, link__valid,
    output [29:0] link__payload
);
  reg first;
  wire t = through__valid & (first | ~local__valid);
  assign link__valid = local__valid | through__valid;
  assign link__payload = t ? through__payload : local__payload;
  assign local__ready = local__valid & ~t & link__ready;
  assign through__ready = t & link__ready;
  always @(posedge clk)
    if (rst) first <= 1'b1;
    else if (link__valid) first <= t ^ link__ready;
endmodule
