// Next values as blocking temporaries in the clocked process.
module axi_write (
    input clk, rst,
    input aw__valid, output aw__ready, input [11:0] aw__payload,
    input w__valid, output w__ready, input [35:0] w__payload,
    output b__valid, input b__ready, output [1:0] b__payload,
    output ask, output [11:0] address, output [35:0] written,
    input done, input failed
);
  reg has_address, has_data, answered;
  reg [11:0] held_address;
  reg [35:0] held_data;
  reg [1:0] response;

  assign aw__ready = ~has_address;
  assign w__ready = ~has_data;
  assign b__valid = answered;
  assign b__payload = response;
  assign ask = has_address & has_data & ~answered;
  assign address = held_address;
  assign written = held_data;

  always @(posedge clk) begin : update
    reg a, d, r, finish;
    a = has_address;
    d = has_data;
    r = answered;
    finish = a && d && !r && done;
    if (r && b__ready) r = 0;
    if (finish) begin
      a = 0;
      d = 0;
      r = 1;
      response <= failed << 1;
    end else begin
      if (aw__valid && !a) begin
        a = 1;
        held_address <= aw__payload;
      end
      if (w__valid && !d) begin
        d = 1;
        held_data <= w__payload;
      end
    end
    if (rst) begin
      a = 0;
      d = 0;
      r = 0;
      held_address <= 0;
      held_data <= 0;
      response <= 0;
    end
    has_address <= a;
    has_data <= d;
    answered <= r;
  end
endmodule
