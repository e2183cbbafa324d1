module axi_read (
    input clk, rst, ar__valid, r__ready, failed,
    input [11:0] ar__payload, input [31:0] data,
    output ar__ready, r__valid, ask,
    output [33:0] r__payload, output [11:0] address
);
  reg has_address, answered;
  reg [11:0] held;
  reg [33:0] answer;
  assign ar__ready = !has_address, r__valid = answered, r__payload = answer;
  assign ask = has_address && !answered, address = held;
  always @(posedge clk)
    if (rst) begin
      has_address <= 0; answered <= 0; held <= 0; answer <= 0;
    end else begin
      if (ar__valid && !has_address) begin has_address <= 1; held <= ar__payload; end
      if (answered && r__ready) answered <= 0;
      if (ask) begin
        has_address <= 0;
        answered <= 1;
        answer <= {1'b0, failed, data};  // 1 is EXOKAY
      end
    end
endmodule
