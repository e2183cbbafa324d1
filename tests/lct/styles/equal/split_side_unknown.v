// What is not valid is x: the table says that anything will do there.
module split_side (
    input         link__valid,
    input  [35:0] link__payload,
    output reg    link__ready,
    output        even__valid,
    output [35:0] even__payload,
    input         even__ready,
    output        odd__valid,
    output [35:0] odd__payload,
    input         odd__ready
);
  wire low = link__payload[30];
  wire [35:0] inner = {1'b0, link__payload[35:31], link__payload[29:0]};
  assign even__valid = link__valid & ~low;
  assign odd__valid = link__valid & low;
  assign even__payload = even__valid ? inner : 36'bx;
  assign odd__payload = odd__valid ? inner : 36'bx;
  always @*
    case ({link__valid, low})
      2'b10: link__ready = even__ready;
      2'b11: link__ready = odd__ready;
      default: link__ready = 1'b0;
    endcase
endmodule
