// The number of the winner has a bit too many, and does not wrap around.
module merge_north (
    input clk, rst,
    input local__valid, east__valid, west__valid, through__valid,
    input [29:0] local__payload, east__payload, west__payload, through__payload,
    output local__ready, east__ready, west__ready, through__ready,
    output link__valid,
    output reg [29:0] link__payload,
    input link__ready
);
  reg [1:0] first;
  wire [3:0] request = {through__valid, west__valid, east__valid, local__valid};
  wire [3:0] turned = (request >> first) | (request << (3'd4 - first));
  wire [2:0] winner = turned[0] ? first : turned[1] ? first + 3'd1 : turned[2] ? first + 3'd2
                    : turned[3] ? first + 3'd3 : 3'd0;
  assign link__valid = |request;
  always @*
    case (winner)
      1: link__payload = east__payload;
      2: link__payload = west__payload;
      3: link__payload = through__payload;
      default: link__payload = local__payload;
    endcase
  assign local__ready = link__ready && winner == 0;
  assign east__ready = link__ready && winner == 1;
  assign west__ready = link__ready && winner == 2;
  assign through__ready = link__ready && winner == 3;
  always @(posedge clk)
    if (rst) first <= 0;
    else if (link__valid) first <= winner + link__ready;
endmodule
