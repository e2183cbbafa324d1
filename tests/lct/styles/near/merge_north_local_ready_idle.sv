// Nothing is granted where nothing is asked: but the table then offers local's place.
module merge_north (
    input  logic clk, rst,
    input  logic local__valid, input logic [29:0] local__payload, output logic local__ready,
    input  logic east__valid, input logic [29:0] east__payload, output logic east__ready,
    input  logic west__valid, input logic [29:0] west__payload, output logic west__ready,
    input  logic through__valid, input logic [29:0] through__payload, output logic through__ready,
    output logic link__valid, output logic [29:0] link__payload, input logic link__ready
);
  logic [1:0] first;
  logic [3:0] v, up, low, g;
  assign v = {through__valid, west__valid, east__valid, local__valid};
  assign up = v & ({4{1'b1}} << first);
  assign low = (up == '0) ? v : up;
  assign g = low & -low;
  assign link__valid = v != '0;
  assign {through__ready, west__ready, east__ready, local__ready} = g & {4{link__ready}};
  assign link__payload = g[3] ? through__payload : g[2] ? west__payload
                       : g[1] ? east__payload : local__payload;
  always_ff @(posedge clk)
    if (rst) first <= '0;
    else
      case (g)
        4'b0001: first <= link__ready ? 2'd1 : 2'd0;
        4'b0010: first <= link__ready ? 2'd2 : 2'd1;
        4'b0100: first <= link__ready ? 2'd3 : 2'd2;
        4'b1000: first <= link__ready ? 2'd0 : 2'd3;
        default: first <= first;
      endcase
endmodule
