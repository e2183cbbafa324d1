// always_ff with an enable and everything about the register in it.
module merge_east (
    input  logic        clk,
    input  logic        rst,
    input  logic        local__valid,
    input  logic [29:0] local__payload,
    output logic        local__ready,
    input  logic        through__valid,
    input  logic [29:0] through__payload,
    output logic        through__ready,
    output logic        link__valid,
    output logic [29:0] link__payload,
    input  logic        link__ready
);
  typedef enum logic {LOCAL = 1'b0, THROUGH = 1'b1} input_e;
  input_e first, chosen;

  always_comb
    unique case (1'b1)
      local__valid && !through__valid: chosen = LOCAL;
      !local__valid && through__valid: chosen = THROUGH;
      default: chosen = first;
    endcase

  assign link__valid = local__valid || through__valid;
  assign link__payload = (chosen == LOCAL || !link__valid) ? local__payload : through__payload;
  assign local__ready = (chosen == LOCAL) && local__valid && link__ready;
  assign through__ready = (chosen == THROUGH) && through__valid && link__ready;

  always_ff @(posedge clk) begin
    if (link__valid) begin
      case (chosen)
        LOCAL: first <= link__ready ? THROUGH : LOCAL;
        THROUGH: first <= link__ready ? LOCAL : THROUGH;
      endcase
    end
    if (rst) first <= LOCAL;
  end
endmodule
