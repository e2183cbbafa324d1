// One operand without a sign makes the whole comparison unsigned.
module threshold_fire_reset (
    input leaked__valid, fired__ready, input [118:0] leaked__payload,
    output leaked__ready, fired__valid, retire, output reg spike,
    output [30:0] fired__payload, output [7:0] neuron, output reg [19:0] potential
);
  wire signed [19:0] V = leaked__payload[19:0], R = leaked__payload[87:68];
  wire [18:0] level = leaked__payload[46:28];
  wire signed [21:0] floor = {3'b000, leaked__payload[65:47]};
  wire [1:0] mode = leaked__payload[67:66];
  wire signed [21:0] under = V + floor;
  assign leaked__ready = fired__ready, fired__valid = leaked__valid;
  assign fired__payload = {leaked__payload[118:89], spike};
  assign retire = leaked__valid & fired__ready, neuron = leaked__payload[27:20];
  always @* begin
    spike = V >= level && mode != 3;
    potential = V;
    if (spike) potential = mode == 0 ? R : mode == 1 ? V - $signed({1'b0, level}) : V;
    else if (under < 0)
      potential = leaked__payload[88] ? -floor : mode == 0 ? -R : mode == 1 ? under : V;
  end
endmodule
