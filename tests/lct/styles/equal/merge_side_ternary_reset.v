// Everything in continuous assignments, the reset as a ternary.
module merge_side (
    input clk, rst, even__valid, odd__valid, link__ready,
    input [35:0] even__payload, odd__payload,
    output even__ready, odd__ready, link__valid,
    output [35:0] link__payload
);
  reg first;
  wire odd_now = odd__valid & (first | !even__valid);
  assign link__valid = even__valid | odd__valid;
  assign link__payload = odd_now ? {odd__payload[34:30], 1'b1, odd__payload[29:0]}
                                 : {even__payload[34:30], 1'b0, even__payload[29:0]};
  assign odd__ready = odd_now ? link__ready : 1'b0;
  assign even__ready = (even__valid && !odd_now) ? link__ready : 1'b0;
  always @(posedge clk)
    first <= rst ? 1'b0 : !link__valid ? first : link__ready ? !odd_now : odd_now;
endmodule
