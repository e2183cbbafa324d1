// Bytes that are here as a thermometer of five bits.
module frame_in (
    input clk, rst, byte__valid, frame__ready,
    input [7:0] byte__payload,
    output byte__ready, frame__valid,
    output [39:0] frame__payload
);
  reg [4:0] have;
  reg [7:0] a, b, c, d, e;
  assign frame__valid = have[4];
  assign byte__ready = ~have[4];
  assign frame__payload = {a, b, c, d, e};
  always @(posedge clk) begin
    if (~have[4] & byte__valid) begin
      have <= {have[3:0], 1'b1};
      {a, b, c, d, e} <= {byte__payload, a, b, c, d};
    end
    if (have[4] & frame__ready) have <= 5'b0;
    if (rst) begin
      have <= 5'b0;
      {a, b, c, d, e} <= 40'b0;
    end
  end
endmodule
