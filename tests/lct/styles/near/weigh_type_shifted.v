// Weights of nine bits, picked in steps of eight.
module weigh (
    input clk, rst, step__valid, weighed__ready,
    input [16:0] step__payload, input [1:0] axon_type, input [144:0] parameters,
    input [19:0] potential,
    output step__ready, weighed__valid, output [151:0] weighed__payload
);
  reg full;
  reg [151:0] held;
  assign step__ready = !full || weighed__ready, weighed__valid = full, weighed__payload = held;
  wire [8:0] weight = parameters[{axon_type, 3'b000} +: 9];
  always @(posedge clk)
    if (rst) begin full <= 0; held <= 0; end
    else begin
      if (step__ready) full <= step__valid;
      if (step__ready & step__valid)
        held <= {parameters[144:40], potential, parameters[36 + axon_type], weight, step__payload};
    end
endmodule
