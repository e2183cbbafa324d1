module frame_in (
    input clk, rst, byte__valid, frame__ready, input [7:0] byte__payload,
    output byte__ready, frame__valid, output [39:0] frame__payload
);
  parameter OCTETS = 5;
  reg [2:0] count;
  reg [39:0] held;
  wire whole = count >= OCTETS - 1;
  assign byte__ready = !whole, frame__valid = whole, frame__payload = held;
  always @(posedge clk)
    if (rst) begin count <= 0; held <= 0; end
    else if (whole) begin if (frame__ready) count <= 0; end
    else if (byte__valid) begin
      count <= count + 1;
      held <= {byte__payload, held[39:8]};
    end
endmodule
