module frame_out (
    input clk, rst, frame__valid, byte__ready, input [39:0] frame__payload,
    output frame__ready, byte__valid, output [7:0] byte__payload
);
  reg [2:0] left;
  reg signed [39:0] held;
  assign byte__valid = |left, frame__ready = ~|left, byte__payload = held[7:0];
  always @(posedge clk)
    if (rst) begin left <= 0; held <= 0; end
    else if (left == 0) begin
      if (frame__valid) begin left <= 5; held <= frame__payload; end
    end else if (byte__ready) begin
      left <= left - 1;
      held <= held >>> 8;
    end
endmodule
