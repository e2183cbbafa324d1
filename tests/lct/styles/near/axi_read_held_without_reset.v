module axi_read (
    input clk, rst, ar__valid, r__ready, failed,
    input [11:0] ar__payload, input [31:0] data,
    output ar__ready, r__valid, ask,
    output [33:0] r__payload, output [11:0] address
);
  reg has_address, answered;
  reg [11:0] held;
  reg [33:0] answer;
  assign ar__ready = ~has_address, r__valid = answered, r__payload = answer;
  assign ask = has_address & ~answered, address = held;
  wire take = ar__valid & ~has_address;
  always @(posedge clk) begin
    // "Data needs no reset": but the address is seen outside.
    if (take) held <= ar__payload;
    if (rst) begin
      has_address <= 0;
      answered <= 0;
      answer <= 0;
    end else begin
      has_address <= take | (has_address & answered);
      answered <= ask | (answered & ~r__ready);
      if (ask) answer <= {failed, 1'b0, data};
    end
  end
endmodule
