module from_local (core__valid, core__payload, core__ready, east__valid, east__payload, east__ready,
    west__valid, west__payload, west__ready, north__valid, north__payload, north__ready,
    south__valid, south__payload, south__ready, local__valid, local__payload, local__ready);
  input core__valid, east__ready, west__ready, north__ready, south__ready, local__ready;
  input [29:0] core__payload;
  output reg core__ready;
  output east__valid, west__valid, north__valid, south__valid, local__valid;
  output [29:0] east__payload, west__payload, north__payload, south__payload, local__payload;
  wire signed [8:0] dx = core__payload[8:0], dy = core__payload[17:9];
  reg [2:0] way;
  always @* begin
    if (dx > 0) way = 0;
    else if (dx < 0) way = 1;
    else if (dy > 0) way = 2;
    else if (dy < 0) way = 3;
    else way = 4;
  end
  assign east__valid = core__valid & way == 0;
  assign west__valid = core__valid & way == 1;
  assign north__valid = core__valid & way == 2;
  assign south__valid = core__valid & way == 3;
  assign local__valid = core__valid & way == 4;
  always @*
    if (!core__valid) core__ready = 0;
    else
      case (way)
        0: core__ready = east__ready;
        1: core__ready = west__ready;
        2: core__ready = north__ready;
        3: core__ready = south__ready;
      endcase
  wire [8:0] xm = dx - 1, xp = dx + 1, ym = dy - 1, yp = dy + 1;
  assign east__payload = {core__payload[29:9], xm};
  assign west__payload = {core__payload[29:9], xp};
  assign north__payload = {core__payload[29:18], ym, core__payload[8:0]};
  assign south__payload = {core__payload[29:18], yp, core__payload[8:0]};
  assign local__payload = core__payload;
endmodule
