module threshold_fire_reset (
    input  logic leaked__valid, fired__ready, input logic [118:0] leaked__payload,
    output logic leaked__ready, fired__valid, retire, spike,
    output logic [30:0] fired__payload, output logic [7:0] neuron, output logic [19:0] potential
);
  logic signed [19:0] V, R;
  logic signed [21:0] over, under, floor;
  logic [1:0] mode;
  assign V = leaked__payload[19:0];
  assign R = leaked__payload[87:68];
  assign floor = {3'b000, leaked__payload[65:47]};
  assign mode = leaked__payload[67:66];
  assign over = V - $signed({3'b000, leaked__payload[46:28]});
  assign under = V + floor;
  assign leaked__ready = fired__ready;
  assign fired__valid = leaked__valid;
  assign fired__payload = {leaked__payload[118:89], spike};
  assign retire = leaked__valid && fired__ready;
  assign neuron = leaked__payload[27:20];
  always_comb begin
    spike = 1'b0;
    potential = V;
    if (over >= 0 && mode < 3) begin
      spike = 1'b1;
      if (mode == 0) potential = R;
      if (mode == 1) potential = over[19:0];
    end else if (under <= 0) begin
      if (leaked__payload[88]) potential = 20'(-floor);
      else if (mode == 0) potential = -R;
      else if (mode == 1) potential = under[19:0];
    end
  end
endmodule
