// The shift is done in five bits: the highest bit of the tag is gone.
module merge_side (
    input  logic clk, rst, even__valid, odd__valid, link__ready,
    input  logic [35:0] even__payload, odd__payload,
    output logic even__ready, odd__ready, link__valid,
    output logic [35:0] link__payload
);
  logic first, odd_wins;
  logic [4:0] tag;
  assign odd_wins = odd__valid && (first || !even__valid);
  assign tag = (odd_wins ? odd__payload[34:30] : even__payload[34:30]) << 1;
  assign link__payload = odd_wins ? {1'b0, tag | 5'd1, odd__payload[29:0]} : {1'b0, tag, even__payload[29:0]};
  assign link__valid = even__valid || odd__valid;
  assign odd__ready = odd_wins && link__ready;
  assign even__ready = even__valid && !odd_wins && link__ready;
  always_ff @(posedge clk) first <= !rst && (link__valid ? odd_wins ^ link__ready : first);
endmodule
