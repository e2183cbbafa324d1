module merge_side (
    input clk, rst, even__valid, odd__valid, link__ready,
    input [35:0] even__payload, odd__payload,
    output even__ready, odd__ready, link__valid,
    output [35:0] link__payload
);
  reg first;
  wire o = odd__valid & (first | ~even__valid);
  wire [35:0] chosen = o ? odd__payload : even__payload;
  assign link__valid = even__valid | odd__valid;
  assign link__payload = {chosen[34:30], 1'b0, chosen[29:0]};
  assign odd__ready = o & link__ready;
  assign even__ready = even__valid & ~o & link__ready;
  always @(posedge clk)
    if (rst) first <= 0;
    else if (link__valid) first <= o != link__ready;
endmodule
