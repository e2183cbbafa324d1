// One long chain of ternaries that gives the five handshake bits at once.
module forward_west (
    input  wire        east__valid,
    input  wire [29:0] east__payload,
    output wire        east__ready,
    output wire        west__valid, north__valid, south__valid, local__valid,
    output wire [29:0] west__payload, north__payload, south__payload, local__payload,
    input  wire        west__ready, north__ready, south__ready, local__ready
);
  wire signed [8:0] dx = $signed(east__payload[8:0]);
  wire signed [8:0] dy = $signed(east__payload[17:9]);

  assign {east__ready, west__valid, north__valid, south__valid, local__valid} =
      !east__valid ? 5'b0_0000 :
      dx < 0       ? {west__ready, 4'b1000} :
      dy > 0       ? {north__ready, 4'b0100} :
      dy != 0      ? {south__ready, 4'b0010} :
                     {local__ready, 4'b0001};

  // Adding at the right place of the whole word, with the carry out of the field cut off.
  wire [29:0] one_y = 30'd1 << 9;
  wire [29:0] my = {12'd0, 9'h1ff, 9'd0}, mx = {21'd0, 9'h1ff};
  assign west__payload = (east__payload & ~mx) | ((east__payload + 1'b1) & mx);
  assign north__payload = (east__payload & ~my) | ((east__payload - one_y) & my);
  assign south__payload = (east__payload & ~my) | ((east__payload + one_y) & my);
  assign local__payload = east__payload;
endmodule
