module split_side (
    input link__valid, input [35:0] link__payload, output link__ready,
    output even__valid, output [35:0] even__payload, input even__ready,
    output odd__valid, output [35:0] odd__payload, input odd__ready
);
  wire odd = link__payload[30];
  assign even__valid = link__valid & ~odd, odd__valid = link__valid & odd;
  assign link__ready = (even__valid & even__ready) | (odd__valid & odd__ready);
  assign even__payload = link__payload;
  assign odd__payload = {link__payload[35:31], 1'b0, link__payload[29:0]};
endmodule
