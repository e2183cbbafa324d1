// Packed arrays inside structs, indexed by the type.
package weights_pkg;
  typedef struct packed {
    logic [104:0] rest;  // destination, fire, leak
    logic [3:0] stochastic;
    logic [3:0][8:0] weights;
  } parameters_t;
  typedef struct packed {
    logic [104:0] rest;
    logic [19:0] potential;
    logic stochastic;
    logic [8:0] weight;
    logic [16:0] step;
  } weighed_t;
endpackage

module weigh
  import weights_pkg::*;
(
    input  logic        clk, rst,
    input  logic        step__valid,
    input  logic [16:0] step__payload,
    output logic        step__ready,
    input  logic [1:0]  axon_type,
    input  parameters_t parameters,
    input  logic [19:0] potential,
    output logic        weighed__valid,
    output weighed_t    weighed__payload,
    input  logic        weighed__ready
);
  logic full;
  weighed_t held, made;
  always_comb begin
    made.rest = parameters.rest;
    made.potential = potential;
    made.stochastic = parameters.stochastic[axon_type];
    made.weight = parameters.weights[axon_type];
    made.step = step__payload;
  end
  assign step__ready = !(full && !weighed__ready);
  assign weighed__valid = full;
  assign weighed__payload = held;
  always_ff @(posedge clk) begin
    if (step__ready) full <= step__valid;
    if (step__ready && step__valid) held <= made;
    if (rst) {full, held} <= '0;
  end
endmodule
