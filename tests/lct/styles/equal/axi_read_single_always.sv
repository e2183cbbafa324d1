// One always_ff for all registers, later assignments win.
module axi_read (
    input  logic        clk,
    input  logic        rst,
    input  logic        ar__valid,
    input  logic [11:0] ar__payload,
    output logic        ar__ready,
    output logic        r__valid,
    output logic [33:0] r__payload,
    input  logic        r__ready,
    output logic        ask,
    output logic [11:0] address,
    input  logic [31:0] data,
    input  logic        failed
);
  logic has_address, answered;
  logic [11:0] held;
  logic [33:0] answer;

  assign ar__ready = !has_address;
  assign r__valid = answered;
  assign r__payload = answer;
  assign ask = has_address && !answered;
  assign address = held;

  always_ff @(posedge clk) begin
    if (ar__valid && ar__ready) begin
      has_address <= 1'b1;
      held <= ar__payload;
    end
    if (r__ready) answered <= 1'b0;
    if (ask) begin
      has_address <= 1'b0;
      answered <= 1'b1;
      answer <= {failed, 1'b0, data};
    end
    if (rst) begin
      has_address <= 1'b0;
      held <= '0;
      answered <= 1'b0;
      answer <= '0;
    end
  end
endmodule
