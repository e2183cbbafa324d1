// The classic: rotate the requests, take the lowest, rotate back.
module merge_north (
    input         clk,
    input         rst,
    input         local__valid, east__valid, west__valid, through__valid,
    input  [29:0] local__payload, east__payload, west__payload, through__payload,
    output        local__ready, east__ready, west__ready, through__ready,
    output        link__valid,
    output reg [29:0] link__payload,
    input         link__ready
);
  reg [1:0] first;
  wire [3:0] request = {through__valid, west__valid, east__valid, local__valid};
  wire [7:0] twice = {request, request};
  wire [7:0] shifted = twice >> first;
  wire [3:0] turned = shifted[3:0];
  wire [1:0] lowest = turned[0] ? 2'd0 : turned[1] ? 2'd1 : turned[2] ? 2'd2 : 2'd3;
  wire [1:0] winner = (request == 0) ? 2'd0 : first + lowest;

  assign link__valid = |request;
  always @* begin
    case (winner)
      2'd0: link__payload = local__payload;
      2'd1: link__payload = east__payload;
      2'd2: link__payload = west__payload;
      2'd3: link__payload = through__payload;
    endcase
  end
  wire [3:0] grant = {3'b0, link__ready} << winner;
  assign {through__ready, west__ready, east__ready, local__ready} = grant;

  always @(posedge clk) begin
    if (rst) first <= 2'd0;
    else if (link__valid) first <= winner + link__ready;
  end
endmodule
