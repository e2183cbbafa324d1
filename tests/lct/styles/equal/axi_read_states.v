// Both flags in one register of two bits, with a code of its own: 00 empty, 01 asking, 11 full, 10 answered.
module axi_read (
    input clk, rst, ar__valid, r__ready, failed,
    input [11:0] ar__payload,
    input [31:0] data,
    output ar__ready, r__valid, ask,
    output [33:0] r__payload,
    output [11:0] address
);
  localparam EMPTY = 2'b00, ASKING = 2'b01, FULL = 2'b11, ANSWERED = 2'b10;
  reg [1:0] phase, phase_next;
  reg [11:0] held;
  reg [33:0] answer;
  assign ar__ready = phase == EMPTY || phase == ANSWERED;
  assign r__valid = phase[1];
  assign ask = phase == ASKING;
  assign address = held;
  assign r__payload = answer;
  always @* begin
    phase_next = phase;
    case (phase)
      EMPTY: if (ar__valid) phase_next = ASKING;
      ASKING: phase_next = ANSWERED;
      ANSWERED: phase_next = ar__valid ? (r__ready ? ASKING : FULL) : (r__ready ? EMPTY : ANSWERED);
      FULL: if (r__ready) phase_next = ASKING;
    endcase
  end
  always @(posedge clk) begin
    if (rst) begin
      phase <= EMPTY;
      held <= 0;
      answer <= 0;
    end else begin
      phase <= phase_next;
      if (ar__ready & ar__valid) held <= ar__payload;
      if (ask) answer <= {failed ? 2'd2 : 2'd0, data};
    end
  end
endmodule
