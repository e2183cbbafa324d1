// Four copies of a priority chain, one for each value of the register: long, and easy to read.
module merge_north (
    input clk, input rst,
    input local__valid, input [29:0] local__payload, output local__ready,
    input east__valid, input [29:0] east__payload, output east__ready,
    input west__valid, input [29:0] west__payload, output west__ready,
    input through__valid, input [29:0] through__payload, output through__ready,
    output link__valid, output [29:0] link__payload, input link__ready
);
  parameter LOCAL = 2'd0;
  parameter EAST = 2'd1;
  parameter WEST = 2'd2;
  parameter THROUGH = 2'd3;
  reg [1:0] first;
  reg [1:0] pick;
  wire l = local__valid, e = east__valid, w = west__valid, t = through__valid;

  always @(first or l or e or w or t) begin
    pick = LOCAL;
    case (first)
      LOCAL:   if (l) pick = LOCAL; else if (e) pick = EAST; else if (w) pick = WEST; else if (t) pick = THROUGH;
      EAST:    if (e) pick = EAST; else if (w) pick = WEST; else if (t) pick = THROUGH;
      WEST:    if (w) pick = WEST; else if (t) pick = THROUGH; else if (l) pick = LOCAL; else if (e) pick = EAST;
      default: if (t) pick = THROUGH; else if (l) pick = LOCAL; else if (e) pick = EAST; else if (w) pick = WEST;
    endcase
  end

  assign link__valid = l || e || w || t;
  assign link__payload = pick == THROUGH ? through__payload : pick == WEST ? west__payload
                       : pick == EAST ? east__payload : local__payload;
  assign local__ready = pick == LOCAL && link__ready;
  assign east__ready = pick == EAST && link__ready;
  assign west__ready = pick == WEST && link__ready;
  assign through__ready = pick == THROUGH && link__ready;

  always @(posedge clk)
    if (rst) first <= LOCAL;
    else if (link__valid)
      if (link__ready)
        case (pick)
          LOCAL: first <= EAST;
          EAST: first <= WEST;
          WEST: first <= THROUGH;
          THROUGH: first <= LOCAL;
        endcase
      else first <= pick;
endmodule
