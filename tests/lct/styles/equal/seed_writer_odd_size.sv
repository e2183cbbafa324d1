// For five cores, active-low reset, next value by a ternary.
module seed_writer #(
    parameter int CORES = 5
) (
    input  logic       clk,
    input  logic       rst_n,
    input  logic       quiescent,
    output logic       enable,
    output logic [2:0] core,
    output logic       busy
);
  logic [2:0] next;
  logic finished;
  wire last = next >= 3'(CORES - 1);
  assign busy = ~finished;
  assign enable = quiescent & ~finished;
  assign core = next;
  always_ff @(posedge clk) begin
    next <= !rst_n ? '0 : (enable & ~last) ? next + 1'b1 : next;
    finished <= rst_n & (finished | (enable & last));
  end
endmodule
