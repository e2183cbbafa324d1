module merge_north (
    input clk, input rst,
    input local__valid, input [29:0] local__payload, output local__ready,
    input east__valid, input [29:0] east__payload, output east__ready,
    input west__valid, input [29:0] west__payload, output west__ready,
    input through__valid, input [29:0] through__payload, output through__ready,
    output link__valid, output [29:0] link__payload, input link__ready
);
  reg [1:0] first, pick;
  always @* begin
    pick = 0;
    case (first)
      0: pick = local__valid ? 0 : east__valid ? 1 : west__valid ? 2 : through__valid ? 3 : 0;
      1: pick = east__valid ? 1 : west__valid ? 2 : through__valid ? 3 : 0;
      2: pick = west__valid ? 2 : through__valid ? 3 : 0;  // east comes after local, and is missing
      3: pick = through__valid ? 3 : local__valid ? 0 : east__valid ? 1 : west__valid ? 2 : 0;
    endcase
  end
  assign link__valid = local__valid | east__valid | west__valid | through__valid;
  assign link__payload = pick == 0 ? local__payload : pick == 1 ? east__payload
                       : pick == 2 ? west__payload : through__payload;
  assign local__ready = pick == 0 & link__ready, east__ready = pick == 1 & link__ready;
  assign west__ready = pick == 2 & link__ready, through__ready = pick == 3 & link__ready;
  always @(posedge clk)
    if (rst) first <= 0;
    else if (link__valid) first <= link__ready ? pick + 2'd1 : pick;
endmodule
