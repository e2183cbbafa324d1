// The weight by an indexed part select, the stochastic bit by a shift.
module weigh (
    input clk, rst, step__valid, weighed__ready,
    input [16:0] step__payload, input [1:0] axon_type, input [144:0] parameters,
    input [19:0] potential,
    output step__ready, weighed__valid, output [151:0] weighed__payload
);
  reg full;
  reg [151:0] held;
  assign step__ready = ~full | weighed__ready;
  assign weighed__valid = full;
  assign weighed__payload = held;
  wire [8:0] weight = parameters[9*axon_type +: 9];
  wire [3:0] stochastic = parameters[39:36] >> axon_type;
  always @(posedge clk)
    if (rst) begin
      full <= 1'b0;
      held <= 152'd0;
    end else if (step__ready) begin
      full <= step__valid;
      if (step__valid)
        held <= {parameters[144:40], potential, stochastic[0], weight, step__payload};
    end
endmodule
