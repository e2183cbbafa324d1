// Idle was forgotten, and "cannot happen" was written for it.
module split_side (
    input  logic link__valid, input logic [35:0] link__payload, output logic link__ready,
    output logic even__valid, output logic [35:0] even__payload, input logic even__ready,
    output logic odd__valid, output logic [35:0] odd__payload, input logic odd__ready
);
  assign even__valid = link__valid & ~link__payload[30];
  assign odd__valid = link__valid & link__payload[30];
  assign even__payload = {1'b0, link__payload[35:31], link__payload[29:0]};
  assign odd__payload = even__payload;
  always_comb
    case ({odd__valid, even__valid})
      2'b01: link__ready = even__ready;
      2'b10: link__ready = odd__ready;
      default: link__ready = 'x;
    endcase
endmodule
