// Everything signed from the beginning, wide enough; a chain of ifs by row.
module threshold_fire_reset (
    input              leaked__valid,
    input      [118:0] leaked__payload,
    output             leaked__ready,
    output             fired__valid,
    output      [30:0] fired__payload,
    input              fired__ready,
    output             retire,
    output       [7:0] neuron,
    output reg  [19:0] potential,
    output reg         spike
);
  wire signed [19:0] V = leaked__payload[19:0];
  wire signed [21:0] level = {3'b000, leaked__payload[46:28]};
  wire signed [21:0] floor = {3'b000, leaked__payload[65:47]};
  wire [1:0] mode = leaked__payload[67:66];
  wire signed [19:0] R = leaked__payload[87:68];
  wire saturate = leaked__payload[88];
  wire signed [21:0] over = V - level, under = V + floor, minus_r = -R, bottom = -floor;

  assign {leaked__ready, fired__valid} = {fired__ready, leaked__valid};
  assign fired__payload = {leaked__payload[118:89], spike};
  assign retire = leaked__valid & fired__ready;
  assign neuron = leaked__payload[27:20];

  always @* begin
    spike = 1'b0;
    potential = V;
    if (over >= 0 && mode != 2'd3) begin
      spike = 1'b1;
      case (mode)
        2'd0: potential = R;
        2'd1: potential = over[19:0];
      endcase
    end else if (under < 0) begin
      if (saturate) potential = bottom[19:0];
      else if (mode == 2'd0) potential = minus_r[19:0];
      else if (mode == 2'd1) potential = under[19:0];
    end
  end
endmodule
