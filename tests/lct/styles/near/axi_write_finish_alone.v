module axi_write (
    input clk, rst,
    input aw__valid, output aw__ready, input [11:0] aw__payload,
    input w__valid, output w__ready, input [35:0] w__payload,
    output b__valid, input b__ready, output [1:0] b__payload,
    output ask, output [11:0] address, output [35:0] written,
    input done, failed
);
  reg has_address, has_data, answered;
  reg [11:0] held_address;
  reg [35:0] held_data;
  reg [1:0] response;
  assign aw__ready = ~has_address, w__ready = ~has_data, b__valid = answered;
  assign b__payload = response, address = held_address, written = held_data;
  assign ask = has_address & has_data & ~answered;
  wire finish = done & (has_address & has_data);  // an answer may still be on offer
  always @(posedge clk)
    if (rst) begin
      {has_address, has_data, answered, held_address, held_data, response} <= 0;
    end else begin
      if (~has_address & aw__valid) begin has_address <= 1; held_address <= aw__payload; end
      if (~has_data & w__valid) begin has_data <= 1; held_data <= w__payload; end
      if (b__ready) answered <= 0;
      if (finish) begin
        has_address <= 0; has_data <= 0; answered <= 1; response <= {failed, 1'b0};
      end
    end
endmodule
