// Two processes with next values.
module frame_out (
    input clk, rst,
    input frame__valid, input [39:0] frame__payload, output reg frame__ready,
    output reg byte__valid, output [7:0] byte__payload, input byte__ready
);
  reg [2:0] left, left_d;
  reg [39:0] held, held_d;
  assign byte__payload = held[7:0];
  always @* begin
    left_d = left;
    held_d = held;
    frame__ready = 0;
    byte__valid = 1;
    if (left == 0) begin
      frame__ready = 1;
      byte__valid = 0;
      if (frame__valid) {left_d, held_d} = {3'd5, frame__payload};
    end else if (byte__ready) begin
      left_d = left - 3'd1;
      held_d = held >> 8;
    end
  end
  always @(posedge clk) {left, held} <= rst ? 43'd0 : {left_d, held_d};
endmodule
