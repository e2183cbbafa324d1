module input_buffer (
    input  logic clk, rst, arrive__valid, leave__ready,
    input  logic [29:0] arrive__payload,
    output logic arrive__ready, leave__valid, occupied, output logic [29:0] leave__payload
);
  localparam logic [1:0] EMPTY = 0, ONE = 1, TWO = 2;
  logic [1:0] level;
  logic [29:0] oldest, newest;
  assign arrive__ready = level != TWO;
  assign leave__valid = level != EMPTY;
  assign occupied = leave__valid;
  assign leave__payload = oldest;
  always_ff @(posedge clk)
    if (rst) begin
      level <= EMPTY; oldest <= '0; newest <= '0;
    end else begin
      // Saves a gate: nothing reads it unless it is the one behind.
      if (arrive__valid && level != TWO) newest <= arrive__payload;
      case (level)
        EMPTY: if (arrive__valid) begin level <= ONE; oldest <= arrive__payload; end
        ONE:
          if (arrive__valid && leave__ready) oldest <= arrive__payload;
          else if (arrive__valid) level <= TWO;
          else if (leave__ready) level <= EMPTY;
        default: if (leave__ready) begin level <= ONE; oldest <= newest; end
      endcase
    end
endmodule
