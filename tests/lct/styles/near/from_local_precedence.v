module from_local (
    input core__valid, input [29:0] core__payload, output core__ready,
    output east__valid, output [29:0] east__payload, input east__ready,
    output west__valid, output [29:0] west__payload, input west__ready,
    output north__valid, output [29:0] north__payload, input north__ready,
    output south__valid, output [29:0] south__payload, input south__ready,
    output local__valid, output [29:0] local__payload, input local__ready
);
  wire x_sign = core__payload[8], y_sign = core__payload[17];
  // == binds stronger than &: this is payload & (511 == 0).
  wire x_zero = !(core__payload & 30'h1ff != 30'h0);
  wire y_zero = core__payload[17:9] == 9'd0;
  assign east__valid = core__valid & ~x_zero & ~x_sign;
  assign west__valid = core__valid & ~x_zero & x_sign;
  assign north__valid = core__valid & x_zero & ~y_zero & ~y_sign;
  assign south__valid = core__valid & x_zero & y_sign;
  assign local__valid = core__valid & x_zero & y_zero;
  assign core__ready = (east__valid & east__ready) | (west__valid & west__ready)
      | (north__valid & north__ready) | (south__valid & south__ready) | (local__valid & local__ready);
  wire [8:0] x = core__payload[8:0], y = core__payload[17:9];
  wire [8:0] x0 = x - 9'd1, x1 = x + 9'd1, y0 = y - 9'd1, y1 = y + 9'd1;
  assign east__payload = {core__payload[29:9], x0};
  assign west__payload = {core__payload[29:9], x1};
  assign north__payload = {core__payload[29:18], y0, x};
  assign south__payload = {core__payload[29:18], y1, x};
  assign local__payload = core__payload;
endmodule
