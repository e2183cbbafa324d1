// A shift register and a counter.
module frame_in (
    input clk, rst,
    input byte__valid, input [7:0] byte__payload, output byte__ready,
    output frame__valid, output [39:0] frame__payload, input frame__ready
);
  reg [2:0] count;
  reg [39:0] held;
  assign frame__valid = count == 3'd5;
  assign byte__ready = ~frame__valid;
  assign frame__payload = held;
  always @(posedge clk)
    if (rst) begin
      count <= 0;
      held <= 0;
    end else if (frame__valid) begin
      if (frame__ready) count <= 0;
    end else if (byte__valid) begin
      count <= count + 1'b1;
      held <= {byte__payload, held[39:8]};
    end
endmodule
