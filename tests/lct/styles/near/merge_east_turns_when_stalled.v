module merge_east (
    input clk, rst, local__valid, through__valid, link__ready,
    input [29:0] local__payload, through__payload,
    output local__ready, through__ready, link__valid,
    output [29:0] link__payload
);
  reg first;
  wire pick_local = local__valid && (!first || !through__valid);
  wire pick_through = through__valid && !pick_local;
  assign link__valid = pick_local || pick_through;
  assign link__payload = pick_through ? through__payload : local__payload;
  assign local__ready = pick_local && link__ready;
  assign through__ready = pick_through && link__ready;
  always @(posedge clk)
    if (rst) first <= 0;
    else if (pick_local) first <= 1;
    else if (pick_through) first <= 0;
endmodule
