// A case over the level, an if for each event; registers in one process.
module input_buffer (
    input             clk, rst,
    input             arrive__valid,
    input      [29:0] arrive__payload,
    output            arrive__ready,
    output            leave__valid,
    output     [29:0] leave__payload,
    input             leave__ready,
    output            occupied
);
  localparam EMPTY = 2'd0, ONE = 2'd1, TWO = 2'd2;
  reg [1:0] level;
  reg [29:0] oldest, newest;
  assign arrive__ready = level != TWO;
  assign leave__valid = level != EMPTY;
  assign occupied = leave__valid;
  assign leave__payload = oldest;
  always @(posedge clk)
    if (rst) begin
      level <= EMPTY;
      oldest <= 30'd0;
      newest <= 30'd0;
    end else
      case (level)
        EMPTY:
          if (arrive__valid) begin
            level <= ONE;
            oldest <= arrive__payload;
          end
        ONE:
          case ({arrive__valid, leave__ready})
            2'b01: level <= EMPTY;
            2'b10: begin
              level <= TWO;
              newest <= arrive__payload;
            end
            2'b11: oldest <= arrive__payload;
          endcase
        TWO:
          if (leave__ready) begin
            level <= ONE;
            oldest <= newest;
          end
      endcase
endmodule
