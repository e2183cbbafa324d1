module forward_east (
    input             west__valid,
    input      [29:0] west__payload,
    output reg        west__ready,
    output reg        east__valid, north__valid, south__valid, local__valid,
    output     [29:0] east__payload, north__payload, south__payload, local__payload,
    input             east__ready, north__ready, south__ready, local__ready
);
  wire [8:0] dx = west__payload[8:0];
  wire signed [8:0] dy = west__payload[17:9];
  always @* begin
    {east__valid, north__valid, south__valid, local__valid} = 4'b0000;
    west__ready = 0;
    if (west__valid)
      if (dx > 0) begin east__valid = 1; west__ready = east__ready; end
      else if (dy > 0) begin north__valid = 1; west__ready = north__ready; end
      else if (dy < 0) begin south__valid = 1; west__ready = south__ready; end
      else begin local__valid = 1; west__ready = local__ready; end
  end
  wire [8:0] xm = dx - 1, ym = dy - 1, yp = dy + 1;
  assign east__payload = {west__payload[29:9], xm};
  assign north__payload = {west__payload[29:18], ym, dx};
  assign south__payload = {west__payload[29:18], yp, dx};
  assign local__payload = west__payload;
endmodule
